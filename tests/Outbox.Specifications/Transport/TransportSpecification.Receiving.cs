using System.Diagnostics;
using Outbox.Specifications.Running;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

public abstract partial class TransportSpecification
{
    [SpecificationFact]
    public async Task Receive_NothingCommitted_StartsAtTheBeginningInOffsetOrder()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 3);
        await SendNumbersAsync(transport, topic, 300, i => $"key-{i % 10}");

        var received = ReceiveAll(transport, topic, 300);

        foreach (var partition in received.GroupBy(message => message.Source))
        {
            partition.Select(message => message.Offset).Should().Equal(Enumerable.Range(0, partition.Count()).Select(i => (long)i));
        }

        received.Should().HaveCount(300);
    }

    [SpecificationFact]
    public async Task Receive_NothingThere_ReturnsNullWhenTheTimeIsOver()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        using var member = Join(transport, topic);
        member.PumpUntil(() => member.Assigned.Count == 1, "the assignment");
        var started = Stopwatch.GetTimestamp();

        member.Pump(TimeSpan.FromMilliseconds(300)).Should().BeNull();

        Stopwatch.GetElapsedTime(started).Should().BeGreaterThan(TimeSpan.FromMilliseconds(200)).And.BeLessThan(Patience);
    }

    [SpecificationFact]
    public async Task Pause_MessagesFetchedAlready_DeliversNothingUntilResumed()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendNumbersAsync(transport, topic, 200);
        using var member = Join(transport, topic);
        member.PumpUntil(() => member.Received.Count == 7, "some messages");

        member.Receiver.Pause([new TopicPartitionId(topic, 0)]);
        member.PumpFor(Watch);
        member.Received.Should().HaveCount(7, "the partition is paused");

        member.Receiver.Resume([new TopicPartitionId(topic, 0)]);
        member.PumpUntil(() => member.Received.Count >= 200, "the rest");
        member.PumpFor(Watch);
        Payloads(member.Received).Should().Equal(Enumerable.Range(0, 200).Select(Text));
    }

    [SpecificationFact]
    public async Task Pause_OnePartition_OthersGoOn()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 2);
        await SendNumbersAsync(transport, topic, 200, i => $"key-{i}");
        using var member = Join(transport, topic);
        member.WhenAssigned = (me, partitions) => me.Receiver.Pause([.. partitions.Where(partition => partition.Partition == 0)]);

        member.PumpUntil(() => member.Received.Count > 0, "the other partition's messages");
        member.PumpFor(Watch);

        member.Received.Should().OnlyContain(message => message.Source.Partition == 1);
        member.Receiver.Resume([new TopicPartitionId(topic, 0)]);
        member.PumpUntil(() => member.Received.Count >= 200, "all messages");
        Payloads(member.Received).Should().OnlyHaveUniqueItems();
    }

    [SpecificationFact]
    public async Task Pause_InsideOnAssigned_DeliversNothing()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendNumbersAsync(transport, topic, 10);
        using var member = Join(transport, topic);
        member.WhenAssigned = (me, partitions) => me.Receiver.Pause([.. partitions]);

        member.Pump(TimeSpan.FromSeconds(3)).Should().BeNull("the assignment and the first message may come in one call");
        member.PumpUntil(() => member.Assigned.Count == 1, "the assignment");
        member.PumpFor(Watch);
        member.Received.Should().BeEmpty("the partition is paused");

        member.Receiver.Resume(member.Assigned);
        member.PumpUntil(() => member.Received.Count >= 10, "all messages");
        Payloads(member.Received).Should().Equal(Enumerable.Range(0, 10).Select(Text));
    }

    [SpecificationFact]
    public async Task Seek_BackAndForward_GoesOnThere()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendNumbersAsync(transport, topic, 100);
        using var member = Join(transport, topic);
        member.PumpUntil(() => member.Received.Count == 50, "half of the messages");

        member.Receiver.Seek(new TopicPartitionId(topic, 0), 10);
        member.PumpUntil(() => member.Received.Count == 60, "ten messages again");
        member.Receiver.Seek(new TopicPartitionId(topic, 0), 95);
        member.PumpUntil(() => member.Received.Count == 65, "the last five");
        member.PumpFor(Watch);

        Payloads(member.Received).Should().Equal(
            Enumerable.Range(0, 50).Concat(Enumerable.Range(10, 10)).Concat(Enumerable.Range(95, 5)).Select(Text));
    }

    [SpecificationFact]
    public async Task Seek_WhilePaused_HoldsForTheTimeAfterResume()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var partition = new TopicPartitionId(topic, 0);
        await SendNumbersAsync(transport, topic, 20);
        using var member = Join(transport, topic);
        member.PumpUntil(() => member.Received.Count == 5, "some messages");

        member.Receiver.Pause([partition]);
        member.Receiver.Seek(partition, 3);
        member.PumpFor(Watch);
        member.Received.Should().HaveCount(5, "the partition is paused");

        member.Receiver.Resume([partition]);
        member.PumpUntil(() => member.Received.Count >= 22, "the rest");
        Payloads(member.Received).Should().Equal(Enumerable.Range(0, 5).Concat(Enumerable.Range(3, 17)).Select(Text));
    }

    [SpecificationFact]
    public async Task Seek_InsideOnAssigned_IsWhereItStarts()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        await SendNumbersAsync(transport, topic, 20);
        using var member = Join(transport, topic);
        member.WhenAssigned = (me, partitions) => me.Receiver.Seek(partitions[0], 12);

        member.PumpUntil(() => member.Received.Count >= 8, "the messages from there");
        member.PumpFor(Watch);

        Payloads(member.Received).Should().Equal(Enumerable.Range(12, 8).Select(Text));
    }

    [SpecificationFact]
    public async Task GetLag_SomeReceived_CountsTheRest()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var partition = new TopicPartitionId(topic, 0);
        await SendNumbersAsync(transport, topic, 100);
        using var member = Join(transport, topic);
        member.PumpUntil(() => member.Received.Count == 40, "some messages");
        member.Receiver.GetLag(partition).Should().Be(60);

        member.PumpUntil(() => member.Received.Count == 100, "all messages");
        member.Receiver.GetLag(partition).Should().Be(0);
        member.Receiver.GetLag(new TopicPartitionId(topic, 77)).Should().BeNull();
    }
}
