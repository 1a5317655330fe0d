using System.Diagnostics;
using System.Globalization;
using System.Text;
using Outbox.Specifications.Running;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

/// <summary>What every <see cref="ITopicLog"/> must do. A subclass gives it and creates topics.</summary>
public abstract class TopicLogSpecification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    protected abstract TopicLogCapabilities Capabilities { get; }

    /// <summary>Makes the transport, sending and reading; the subclass disposes of what lies behind it.</summary>
    protected abstract Task<(ITransport Sending, ITopicLog Log)> CreateAsync(TransportVariant variant);

    /// <summary>Creates a topic and waits until it can be used.</summary>
    protected abstract Task CreateTopicAsync(string topic, int partitions);

    /// <summary>Deletes what lies before an offset of partition 0.</summary>
    protected virtual Task DeleteBeforeAsync(string topic, long offset) => throw new NotSupportedException();

    /// <summary>Deletes the topic and creates it again with one partition.</summary>
    protected virtual Task RecreateTopicAsync(string topic) => throw new NotSupportedException();

    /// <summary>Begins a transaction that has sent a message to partition 0.</summary>
    protected virtual Task<ITopicTransaction> BeginTransactionAsync(string topic, string payload) => throw new NotSupportedException();

    [SpecificationFact]
    public async Task GetRanges_SeveralPartitions_NamesAllWithTheirOffsets()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 3);
        await SendAsync(sending, topic, 40, i => $"key-{i}");

        var ranges = await log.GetRangesAsync(topic, CancellationToken.None);

        ranges.Select(range => range.Partition).Should().Equal(Enumerable.Range(0, 3).Select(i => new TopicPartitionId(topic, i)));
        ranges.Should().OnlyContain(range => range.First == 0);
        ranges.Sum(range => range.End).Should().Be(40);
    }

    [SpecificationFact]
    public async Task GetRanges_EmptyTopic_BeginsAndEndsAtZero()
    {
        var (_, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();

        var ranges = await log.GetRangesAsync(topic, CancellationToken.None);

        ranges.Should().Equal(new TopicLogRange(new TopicPartitionId(topic, 0), 0, 0));
    }

    [SpecificationFact]
    public async Task GetRanges_MissingTopic_IsTheTopicsFaultAndDoesNotCreateIt()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = $"missing-{Guid.NewGuid():N}";

        var ask = async () => await log.GetRangesAsync(topic, CancellationToken.None);
        var search = async () => await log.FindOffsetsAsync(topic, DateTimeOffset.UnixEpoch, CancellationToken.None);

        (await ask.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(DeliveryFailure.Topic);
        (await search.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(DeliveryFailure.Topic);
        (await sending.GetStatusAsync([topic], Patience, CancellationToken.None)).Partitions.Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task GetRanges_BrokerAway_IsTransientAndCanBeCancelled()
    {
        var (_, log) = await CreateAsync(TransportVariant.Unreachable);
        using var limit = new CancellationTokenSource(Short);

        var ask = async () => await log.GetRangesAsync("orders", limit.Token);

        var thrown = (await ask.Should().ThrowAsync<Exception>()).Which;
        (thrown is OperationCanceledException || thrown is TransportException { Failure: DeliveryFailure.Transient }).Should().BeTrue();
    }

    [SpecificationFact]
    public async Task Read_WholePartition_GivesEveryMessageAsItWasSentAndEnds()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 2_500, _ => "key", header: "colour");

        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, 2_500);
        var (messages, next) = await ReadToEndAsync(reader, most: 1_000);

        next.Should().Be(2_500);
        Payloads(messages).Should().Equal(Enumerable.Range(0, 2_500).Select(Text));
        messages.Select(message => message.Offset).Should().Equal(Enumerable.Range(0, 2_500).Select(i => (long)i));
        messages.Should().OnlyContain(message => message.Source == new TopicPartitionId(topic, 0));
        messages[7].Key.Should().Equal(Bytes("key"));
        messages[7].Headers.GetText("colour").Should().Be("7");
        messages[7].Timestamp.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(2));
    }

    [SpecificationFact]
    public async Task Read_MostGiven_NeverGivesMore()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 10, _ => "key");

        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, 10);
        var first = await reader.ReadAsync(3, Patience, CancellationToken.None);

        first.Messages.Count.Should().BeInRange(1, 3);
        first.NextOffset.Should().Be(first.Messages.Count);
        first.IsEnd.Should().BeFalse();
    }

    [SpecificationFact]
    public async Task Read_PieceInTheMiddle_GivesThatPieceOnly()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 100, _ => "key");

        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 41, 44);
        var (messages, next) = await ReadToEndAsync(reader);

        Payloads(messages).Should().Equal("41", "42", "43");
        next.Should().Be(44);
        (await reader.ReadAsync(1, Patience, CancellationToken.None)).Should().BeEquivalentTo(new TopicLogRead([], 44, true));
    }

    [SpecificationFact]
    public async Task Read_NothingAsked_EndsAtOnce()
    {
        var (_, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();

        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 5, 5);
        var read = await reader.ReadAsync(1, Patience, CancellationToken.None);

        read.Should().BeEquivalentTo(new TopicLogRead([], 5, true));
    }

    [SpecificationFact]
    public async Task Read_EndBeyondTheLog_WaitsForWhatIsSentLater()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 2, _ => "key");
        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, 3);
        var read = await ReadUntilAsync(reader, next: 2);

        var nothing = await reader.ReadAsync(10, Short, CancellationToken.None);
        await SendAsync(sending, topic, 1, _ => "key");
        var (messages, _) = await ReadToEndAsync(reader);

        read.Should().HaveCount(2);
        nothing.Should().BeEquivalentTo(new TopicLogRead([], 2, false));
        messages.Should().ContainSingle().Which.Offset.Should().Be(2);
    }

    [SpecificationFact]
    public async Task Read_Cancelled_EndsSoon()
    {
        var (_, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, 1);
        using var limit = new CancellationTokenSource(Short);
        var started = Stopwatch.GetTimestamp();

        var read = async () => await reader.ReadAsync(1, Patience, limit.Token);

        await read.Should().ThrowAsync<OperationCanceledException>();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [SpecificationFact]
    public async Task Read_BrokerAway_GivesNothingWithinItsTime()
    {
        var (_, log) = await CreateAsync(TransportVariant.Unreachable);
        using var reader = log.OpenReader(new TopicPartitionId("orders", 0), 0, 1);

        var read = await reader.ReadAsync(1, Short, CancellationToken.None);

        read.Should().BeEquivalentTo(new TopicLogRead([], 0, false));
    }

    [SpecificationFact]
    public async Task Read_TwoReadersOfAPartition_EachGetsEverything()
    {
        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 200, _ => "key");
        using var one = log.OpenReader(new TopicPartitionId(topic, 0), 0, 200);
        using var other = log.OpenReader(new TopicPartitionId(topic, 0), 0, 200);

        var read = await Task.WhenAll(ReadToEndAsync(one), ReadToEndAsync(other));

        read.Should().OnlyContain(result => result.Messages.Count == 200);
    }

    [SpecificationFact]
    public async Task FindOffsets_Time_IsTheFirstMessageFromThenOnOrTheEnd()
    {
        if (!Capabilities.HasFlag(TopicLogCapabilities.Times))
        {
            return;
        }

        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 5, _ => "key");
        await Task.Delay(50);
        await SendAsync(sending, topic, 5, _ => "key");
        var partition = new TopicPartitionId(topic, 0);
        using var reader = log.OpenReader(partition, 0, 10);
        var (messages, _) = await ReadToEndAsync(reader);

        var second = await log.FindOffsetsAsync(topic, messages[5].Timestamp, CancellationToken.None);
        var between = await log.FindOffsetsAsync(topic, messages[5].Timestamp.AddMilliseconds(-10), CancellationToken.None);
        var before = await log.FindOffsetsAsync(topic, messages[0].Timestamp.AddDays(-1), CancellationToken.None);
        var after = await log.FindOffsetsAsync(topic, messages[9].Timestamp.AddDays(1), CancellationToken.None);

        second[partition].Should().Be(5);
        between[partition].Should().Be(5, "nothing was sent in the pause");
        before[partition].Should().Be(0);
        after[partition].Should().Be(10, "there is no such message, so it is the end");
    }

    [SpecificationFact]
    public async Task Read_BeginningDeleted_StartsAtWhatIsThere()
    {
        if (!Capabilities.HasFlag(TopicLogCapabilities.Deletions))
        {
            return;
        }

        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 50, _ => "key");
        await DeleteBeforeAsync(topic, 30);
        var partition = new TopicPartitionId(topic, 0);

        var range = (await log.GetRangesAsync(topic, CancellationToken.None)).Single();
        using var reader = log.OpenReader(partition, 10, 40);
        var (messages, next) = await ReadToEndAsync(reader);
        using var gone = log.OpenReader(partition, 10, 20);
        var (nothing, end) = await ReadToEndAsync(gone);

        range.Should().Be(new TopicLogRange(partition, 30, 50));
        Payloads(messages).Should().Equal(Enumerable.Range(30, 10).Select(Text));
        next.Should().Be(40);
        nothing.Should().BeEmpty();
        end.Should().Be(20);
    }

    [SpecificationFact]
    public async Task Read_TopicMadeAnew_SaysThatTheLogEndsBelow()
    {
        if (!Capabilities.HasFlag(TopicLogCapabilities.Recreation))
        {
            return;
        }

        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 50, _ => "key");
        await RecreateTopicAsync(topic);
        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 40, 50);

        var read = () => ReadToEndAsync(reader);

        (await read.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(DeliveryFailure.Topic);
    }

    [SpecificationFact]
    public async Task Read_Transactions_GivesTheCommittedAndPassesOverTheRest()
    {
        if (!Capabilities.HasFlag(TopicLogCapabilities.Transactions))
        {
            return;
        }

        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 1, _ => "key");
        using (var committed = await BeginTransactionAsync(topic, "committed"))
        {
            committed.Commit();
        }

        using (var aborted = await BeginTransactionAsync(topic, "aborted"))
        {
            aborted.Abort();
        }

        var end = (await log.GetRangesAsync(topic, CancellationToken.None)).Single().End;
        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, end);
        var (messages, next) = await ReadToEndAsync(reader);

        end.Should().Be(5, "two messages and two marks lie behind the first message");
        Payloads(messages).Should().Equal("0", "committed");
        next.Should().Be(5, "the aborted message and its mark are passed over");
    }

    [SpecificationFact]
    public async Task Read_OpenTransaction_EndsTheLogUntilItIsDecided()
    {
        if (!Capabilities.HasFlag(TopicLogCapabilities.Transactions))
        {
            return;
        }

        var (sending, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendAsync(sending, topic, 1, _ => "key");
        using var open = await BeginTransactionAsync(topic, "open");
        var end = (await log.GetRangesAsync(topic, CancellationToken.None)).Single().End;
        using var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, 2);
        await ReadUntilAsync(reader, next: 1);
        var nothing = await reader.ReadAsync(10, Short, CancellationToken.None);

        open.Commit();
        var (messages, _) = await ReadToEndAsync(reader);

        end.Should().Be(1, "what is not decided cannot be read");
        nothing.Messages.Should().BeEmpty();
        Payloads(messages).Should().Equal("open");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static List<string> Payloads(IEnumerable<ReceivedMessage> messages) =>
        [.. messages.Select(message => Encoding.UTF8.GetString(message.Payload!))];

    private static async Task SendAsync(ITransport transport, string topic, int count, Func<int, string> key, string header = "number")
    {
        var sink = new RecordingSink();
        await using var sender = transport.OpenSender(sink);
        for (var i = 0; i < count; i++)
        {
            var message = new OutgoingMessage(topic, Bytes(key(i)), Bytes(Text(i)), new MessageHeaders().Add(header, Text(i)));
            sender.TrySend(message, i).Should().BeTrue("the queue is large enough");
        }

        await sink.WaitForAsync(count, Patience);
        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.IsDelivered);
    }

    private static Task<(List<ReceivedMessage> Messages, long Next)> ReadToEndAsync(ITopicLogReader reader, int most = 1_000) =>
        ReadAsync(reader, read => read.IsEnd, most);

    private static async Task<List<ReceivedMessage>> ReadUntilAsync(ITopicLogReader reader, long next) =>
        (await ReadAsync(reader, read => read.NextOffset >= next, most: 1_000)).Messages;

    private static async Task<(List<ReceivedMessage> Messages, long Next)> ReadAsync(
        ITopicLogReader reader, Func<TopicLogRead, bool> isDone, int most)
    {
        using var limit = new CancellationTokenSource(Patience);
        var messages = new List<ReceivedMessage>();
        while (true)
        {
            var read = await reader.ReadAsync(most, Patience, limit.Token);
            messages.AddRange(read.Messages);
            if (isDone(read))
            {
                return (messages, read.NextOffset);
            }
        }
    }

    private async Task<string> NewTopicAsync(int partitions = 1)
    {
        var topic = $"log-{Guid.NewGuid():N}";
        await CreateTopicAsync(topic, partitions);
        return topic;
    }
}
