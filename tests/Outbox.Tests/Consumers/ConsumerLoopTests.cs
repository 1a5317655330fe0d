using System.Globalization;
using Outbox.Testing;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

public sealed class ConsumerLoopTests
{
    private readonly InMemoryBroker _broker = new(defaultPartitions: 1);
    private readonly ScriptedHandling _handling = new();

    private long? Committed => _broker.GetCommittedOffset(RunningLoop.Group, RunningLoop.Topic, 0);

    [Fact]
    public async Task Commit_EarlierMessageStillRuns_StopsBeforeIt()
    {
        _handling.Gate("0 of slow");
        RunningLoop.Send(_broker, "first", "quick");
        RunningLoop.Send(_broker, "0 of slow", "slow");
        for (var i = 0; i < 5; i++)
        {
            RunningLoop.Send(_broker, $"{i} of quick", OtherLaneThan("slow"));
        }

        await using var loop = new RunningLoop(_broker, _handling);
        await RunningLoop.EventuallyAsync(() => _handling.Finished.Count == 6, "the others finished");
        await RunningLoop.EventuallyAsync(() => Committed is not null, "a commit");
        Committed.Should().Be(1);

        _handling.Release("0 of slow");
        await RunningLoop.EventuallyAsync(() => Committed == 7, "everything committed");
    }

    [Fact]
    public async Task Run_ManyKeys_KeepsEachKeysOrder()
    {
        _broker.CreateTopic(RunningLoop.Topic, 4);
        for (var i = 0; i < 2_000; i++)
        {
            RunningLoop.Send(_broker, $"{i % 37} {i}", $"key {i % 37}");
        }

        await using var loop = new RunningLoop(_broker, _handling, lanes: 8, capacity: 3);
        await RunningLoop.EventuallyAsync(() => _handling.Finished.Count == 2_000, "everything finished");

        var texts = _handling.Begun.Select(text => text.Split(' ').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray());
        foreach (var key in texts.GroupBy(parts => parts[0]))
        {
            key.Select(parts => parts[1]).Should().BeInAscendingOrder();
        }

        _handling.Begun.Should().HaveCount(2_000, "nothing is received twice");
    }

    [Fact]
    public async Task Run_LaneFull_OtherPartitionsGoOn()
    {
        _broker.CreateTopic(RunningLoop.Topic, 2);
        var slow = KeyOnPartition(0);
        var quick = KeyOnPartition(1, notInLaneOf: slow);
        _handling.Gate("slow 0");
        for (var i = 0; i < 50; i++)
        {
            RunningLoop.Send(_broker, $"slow {i}", slow);
            RunningLoop.Send(_broker, $"quick {i}", quick);
        }

        await using var loop = new RunningLoop(_broker, _handling, lanes: 4, capacity: 4);
        await RunningLoop.EventuallyAsync(() => _handling.Finished.Count(text => text.StartsWith("quick", StringComparison.Ordinal)) == 50, "the quick ones");
        _handling.Finished.Should().HaveCount(50);

        _handling.Release("slow 0");
        await RunningLoop.EventuallyAsync(() => _handling.Finished.Count == 100, "the slow ones");
        _handling.Begun.Should().HaveCount(100);
        _handling.Begun.Where(text => text.StartsWith("slow", StringComparison.Ordinal)).Should().Equal(Enumerable.Range(0, 50).Select(i => $"slow {i}"));
    }

    [Fact]
    public async Task Run_LaneFull_HoldsAtMostOneMessageForEachPausedPartition()
    {
        _handling.Gate("0");
        for (var i = 0; i < 100; i++)
        {
            RunningLoop.Send(_broker, i.ToString(CultureInfo.InvariantCulture));
        }

        var counting = new CountingTransport(_broker);
        await using var loop = new RunningLoop(_broker, _handling, lanes: 1, capacity: 4, transport: counting);
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1 && counting.Received >= 5, "the lane is full");
        var receives = counting.Receives;
        await RunningLoop.EventuallyAsync(() => counting.Receives > receives + 10, "the loop goes on polling");
        counting.Received.Should().BeLessThanOrEqualTo(6, "one runs, four wait, one is held");

        _handling.Release("0");
        await RunningLoop.EventuallyAsync(() => Committed == 100, "everything");
    }

    [Fact]
    public async Task Run_ManyBytesInFlight_ReceivesNoMoreUntilHalfOfThemIsFree()
    {
        const int Size = 1024 * 1024;
        const int Most = 4;
        _broker.CreateTopic(RunningLoop.Topic, 4);
        for (var i = 0; i < 40; i++)
        {
            _broker.Append(RunningLoop.Topic, [(byte)i], new byte[Size]);
        }

        var text = System.Text.Encoding.UTF8.GetString(new byte[Size]);
        _handling.Gate(text);
        var counting = new CountingTransport(_broker);
        await using var loop = new RunningLoop(_broker, _handling, lanes: 8, capacity: 1_000, transport: counting, maxBytes: Most * Size);
        await RunningLoop.EventuallyAsync(() => counting.Received >= Most, "as much as may be held");
        var receives = counting.Receives;
        await RunningLoop.EventuallyAsync(() => counting.Receives > receives + 10, "the loop goes on polling");
        counting.Received.Should().Be(Most, "each message has a megabyte and a key of one byte, so the fourth passes the limit");
        loop.Bytes.Current.Should().BeGreaterThanOrEqualTo(Most * Size).And.BeLessThan((Most + 1) * Size);

        _handling.Release(text);
        await RunningLoop.EventuallyAsync(() => _handling.Finished.Count == 40, "everything");
        await RunningLoop.EventuallyAsync(() => loop.Bytes.Current == 0, "nothing is counted for ever");
    }

    [Fact]
    public async Task Run_PartitionLostWithMessagesHeld_CountsTheirBytesNoMore()
    {
        _handling.Gate("0");
        for (var i = 0; i < 20; i++)
        {
            RunningLoop.Send(_broker, i.ToString(CultureInfo.InvariantCulture));
        }

        await using var loop = new RunningLoop(_broker, _handling, lanes: 1, capacity: 4);
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1 && loop.Bytes.Current > 0, "the lane is full");

        _broker.ExpelMembers(RunningLoop.Group);
        await RunningLoop.EventuallyAsync(() => _handling.Cancelled.Count == 1, "the handler cancelled");
        _handling.Release("0");
        await RunningLoop.EventuallyAsync(() => Committed == 20, "everything, after another assignment");
        await RunningLoop.EventuallyAsync(() => loop.Bytes.Current == 0, "nothing is counted for ever");
    }

    [Fact]
    public async Task Run_DatabaseKnowsTheOffset_StartsThere()
    {
        for (var i = 0; i < 10; i++)
        {
            RunningLoop.Send(_broker, i.ToString(CultureInfo.InvariantCulture));
        }

        await using var loop = new RunningLoop(
            _broker, _handling, stored: new Dictionary<TopicPartitionId, long> { [new(RunningLoop.Topic, 0)] = 7 });
        await RunningLoop.EventuallyAsync(() => Committed == 10, "everything");

        _handling.Begun.Should().Equal("7", "8", "9");
    }

    [Fact]
    public async Task Run_LogDeliversWhatTheDatabaseSaysIsHandled_LeavesThePartitionAlone()
    {
        for (var i = 0; i < 3; i++)
        {
            RunningLoop.Send(_broker, i.ToString(CultureInfo.InvariantCulture));
        }

        var transport = new ForgetfulTransport(_broker);
        await using var loop = new RunningLoop(
            _broker, _handling, transport: transport, stored: new Dictionary<TopicPartitionId, long> { [new(RunningLoop.Topic, 0)] = 1_000 });
        await RunningLoop.EventuallyAsync(() => transport.Pauses > 0, "the partition paused");
        await RunningLoop.EventuallyAsync(() => transport.Receives > 20, "the loop goes on");

        _handling.Begun.Should().BeEmpty();
        Committed.Should().BeNull();
    }

    [Fact]
    public async Task Stop_HandlersRun_WaitsForThemCommitsAndLeavesTheRest()
    {
        _handling.Gate("0");
        RunningLoop.Send(_broker, "0");
        RunningLoop.Send(_broker, "1");
        var transport = new FaultyTransport(_broker);
        var loop = new RunningLoop(_broker, _handling, transport: transport, times: RunningLoop.Times(commitSeconds: 60));
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1, "the first begun");

        var stop = loop.StopAsync();
        await RunningLoop.EventuallyAsync(() => transport.Disposed == 1, "the receiver being closed");
        stop.IsCompleted.Should().BeFalse();
        _handling.Release("0");
        await stop;

        Committed.Should().Be(1);
        _handling.Begun.Should().Equal("0");
    }

    [Fact]
    public async Task Stop_HandlerTakesNoNotice_IsNotWaitedForEver()
    {
        _handling.IsStubborn = true;
        _handling.Gate("0");
        RunningLoop.Send(_broker, "0");
        var loop = new RunningLoop(_broker, _handling, times: RunningLoop.Times(stopSeconds: 0.1, abandonSeconds: 0.1));
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1, "the first begun");

        await loop.StopAsync();

        Committed.Should().BeNull();
        _handling.Release("0");
    }

    [Fact]
    public async Task Receive_FailsForGood_OpensAnotherReceiverAndGoesOn()
    {
        var transport = new FaultyTransport(_broker) { NextReceive = new TransportException("fenced", DeliveryFailure.Fatal) };
        RunningLoop.Send(_broker, "0");

        await using var loop = new RunningLoop(_broker, _handling, transport: transport);
        await RunningLoop.EventuallyAsync(() => Committed == 1, "the message committed");

        transport.Opened.Should().Be(2);
        transport.Disposed.Should().Be(1);
    }

    [Theory]
    [InlineData(DeliveryFailure.Transient)]
    [InlineData(DeliveryFailure.Topic)]
    public async Task Receive_FailsForNow_GoesOnWithTheSameReceiver(DeliveryFailure failure)
    {
        var transport = new FaultyTransport(_broker) { NextReceive = new TransportException("away", failure) };
        RunningLoop.Send(_broker, "0");

        await using var loop = new RunningLoop(_broker, _handling, transport: transport);
        await RunningLoop.EventuallyAsync(() => Committed == 1, "the message committed");

        transport.Opened.Should().Be(1);
    }

    [Fact]
    public async Task Commit_FailsForNow_IsDoneLater()
    {
        var transport = new FaultyTransport(_broker) { NextCommit = new TransportException("away", DeliveryFailure.Transient) };
        RunningLoop.Send(_broker, "0");

        await using var loop = new RunningLoop(_broker, _handling, transport: transport);
        await RunningLoop.EventuallyAsync(() => Committed == 1, "the message committed");

        transport.Opened.Should().Be(1);
        _handling.Begun.Should().Equal("0");
    }

    [Fact]
    public async Task Handling_ThrowsAgainstItsPromise_ReceivesTheMessageAgain()
    {
        _handling.NextFailure = new InvalidOperationException("a fault of ours");
        RunningLoop.Send(_broker, "0");
        RunningLoop.Send(_broker, "1");

        await using var loop = new RunningLoop(_broker, _handling);
        await RunningLoop.EventuallyAsync(() => Committed == 2, "everything committed");

        _handling.Finished.Should().Contain("0");
    }

    private static string OtherLaneThan(string key) => Keys().First(candidate => LaneOf(candidate) != LaneOf(key));

    private static string KeyOnPartition(int partition, string? notInLaneOf = null) => Keys().First(candidate =>
        Outbox.Messages.OrderingKey.Hash(System.Text.Encoding.UTF8.GetBytes(candidate), default) % 2 == partition
        && (notInLaneOf is null || LaneOf(candidate) != LaneOf(notInLaneOf)));

    private static IEnumerable<string> Keys() => Enumerable.Range(0, 1_000).Select(i => $"key {i}");

    private static int LaneOf(string key) => Outbox.Consumers.LaneSet.IndexOf(
        new ReceivedMessage
        {
            Source = default,
            Offset = 0,
            Timestamp = default,
            Key = System.Text.Encoding.UTF8.GetBytes(key),
            Payload = null,
            Headers = [],
        },
        4);
}
