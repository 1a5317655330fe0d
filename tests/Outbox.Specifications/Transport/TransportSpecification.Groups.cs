using Outbox.Specifications.Running;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

public abstract partial class TransportSpecification
{
    [SpecificationFact]
    public async Task Commit_NextMember_GoesOnFromThere()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var group = Unique("group");
        await SendNumbersAsync(transport, topic, 30);
        using (var first = Join(transport, topic, group))
        {
            first.PumpUntil(() => first.Received.Count == 20, "some messages");
            first.Receiver.Commit([new(new TopicPartitionId(topic, 0), 12)]);
        }

        using var second = Join(transport, topic, group);
        second.PumpUntil(() => second.Received.Count >= 18, "what was not committed");
        second.PumpFor(Watch);

        Payloads(second.Received).Should().Equal(Enumerable.Range(12, 18).Select(Text));
    }

    [SpecificationFact]
    public async Task GetCommitted_AskedInsideTheAssignment_TellsWhatTheGroupHasAndNothingElse()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 2);
        var group = Unique("group");
        var place = new TopicPartitionId(topic, 1);
        await SendNumbersAsync(transport, topic, 40, i => $"key-{i}");
        using (var first = Join(transport, topic, group))
        {
            first.PumpUntil(() => first.Received.Count == 40, "every message");
            first.Receiver.Commit([new(place, 3)]);
        }

        var told = new Dictionary<TopicPartitionId, long>();
        using var second = Join(transport, topic, group);
        second.WhenAssigned = (me, partitions) => told = me.Receiver.GetCommitted(partitions).ToDictionary();
        second.PumpUntil(() => second.Assigned.Count == 2, "the assignment");

        told.Should().Equal(new Dictionary<TopicPartitionId, long> { [place] = 3 });
    }

    [SpecificationFact]
    public async Task Dispose_NothingCommitted_CommitsNothing()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var group = Unique("group");
        await SendNumbersAsync(transport, topic, 10);
        using (var first = Join(transport, topic, group))
        {
            first.PumpUntil(() => first.Received.Count == 10, "all messages");
        }

        using var second = Join(transport, topic, group);
        second.PumpUntil(() => second.Received.Count >= 10, "all messages again");
        Payloads(second.Received).Should().Equal(Enumerable.Range(0, 10).Select(Text));
    }

    [SpecificationFact]
    public async Task Dispose_PartitionsOwned_RevokesThemAndAllowsACommit()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var group = Unique("group");
        await SendNumbersAsync(transport, topic, 10);
        var first = Join(transport, topic, group);
        first.WhenRevoked = (me, partitions) => me.Receiver.Commit([new(partitions[0], 4)]);
        first.PumpUntil(() => first.Received.Count == 10, "all messages");

        first.Dispose();

        first.EverRevoked.Should().Equal(new TopicPartitionId(topic, 0));
        using var second = Join(transport, topic, group);
        second.PumpUntil(() => second.Received.Count >= 6, "what was not committed");
        Payloads(second.Received).Should().Equal(Enumerable.Range(4, 6).Select(Text));
    }

    [SpecificationFact]
    public async Task Dispose_RebalanceIsUnderWay_RevokesTheRestAndAllowsACommit()
    {
        const int Partitions = 4;
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(Partitions);
        var group = Unique("group");
        var first = Join(transport, topic, group);
        first.PumpUntil(() => first.Assigned.Count == Partitions, "every partition for the only member");
        using var second = Join(transport, topic, group);
        TestMember.PumpUntil([first, second], () => first.EverRevoked.Count > 0, "partitions for the second member");

        // Meanwhile the first is to be told of its new assignment, and does not ask.
        second.PumpFor(TimeSpan.FromSeconds(1));
        var commits = 0;
        first.WhenRevoked = (me, partitions) =>
        {
            me.Receiver.Commit([.. partitions.Select(partition => KeyValuePair.Create(partition, 0L))]);
            commits++;
        };
        var kept = first.Assigned.Count;
        await Task.Run(first.Dispose).WaitAsync(Patience);

        first.Assigned.Should().BeEmpty();
        (commits > 0).Should().Be(kept > 0);
        second.PumpUntil(() => second.Assigned.Count == Partitions, "every partition for the one that is left");
    }

    [SpecificationFact]
    public async Task TwoMembers_OfOneGroup_ShareThePartitions()
    {
        const int Partitions = 6;
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(Partitions);
        var group = Unique("group");
        using var first = Join(transport, topic, group);
        first.PumpUntil(() => first.Assigned.Count == Partitions, "every partition for the only member");

        var second = Join(transport, topic, group);
        TestMember.PumpUntil([first, second], () => first.Assigned.Count == 3 && second.Assigned.Count == 3, "three partitions each");
        first.Assigned.Should().NotIntersectWith(second.Assigned);
        first.EverRevoked.Should().BeEquivalentTo(second.Assigned);
        second.EverRevoked.Should().BeEmpty();

        var split = second.Assigned.ToHashSet();
        await SendNumbersAsync(transport, topic, 600, i => $"key-{i}");
        TestMember.PumpUntil([first, second], () => first.Received.Count + second.Received.Count >= 600, "every message");
        second.Received.Should().OnlyContain(message => split.Contains(message.Source));
        first.Received.Should().NotContain(message => split.Contains(message.Source));

        second.Dispose();
        first.PumpUntil(() => first.Assigned.Count == Partitions, "every partition again");
        first.EverLost.Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task TwoGroups_OnOneTopic_EachReceivesEverything()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 2);
        await SendNumbersAsync(transport, topic, 50, i => $"key-{i}");

        ReceiveAll(transport, topic, 50).Should().HaveCount(50);
        ReceiveAll(transport, topic, 50).Should().HaveCount(50);
    }

    [SpecificationFact]
    public async Task Pause_PartitionComesBackAfterARevocation_IsNotPausedAnyMore()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 2);
        var group = Unique("group");
        using var first = Join(transport, topic, group);
        first.PumpUntil(() => first.Assigned.Count == 2, "both partitions");
        first.Receiver.Pause(first.Assigned);
        var second = Join(transport, topic, group);
        TestMember.PumpUntil([first, second], () => second.Assigned.Count == 1 && first.Assigned.Count == 1, "a partition each");
        var moved = second.Assigned.Single();
        var kept = first.Assigned.Single();

        second.Dispose();
        first.PumpUntil(() => first.Assigned.Count == 2, "both partitions again");
        await SendNumbersAsync(transport, topic, 100, i => $"key-{i}");
        first.PumpUntil(() => first.Received.Count > 0, "messages of the partition that moved");
        first.PumpFor(Watch);

        first.Received.Should().OnlyContain(message => message.Source == moved);
        first.Receiver.Resume([kept]);
        first.PumpUntil(() => first.Received.Count >= 100, "every message");
    }

    [SpecificationFact]
    public async Task Subscribe_TwoTopics_ReceivesBoth()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var one = await NewTopicAsync();
        var two = await NewTopicAsync();
        await SendNumbersAsync(transport, one, 5);
        await SendNumbersAsync(transport, two, 5);
        using var member = new TestMember(transport.Receiving, new Subscription(Unique("group"), [one, two]));

        member.PumpUntil(() => member.Received.Count >= 10, "the messages of both topics");

        member.Received.Select(message => message.Source.Topic).Distinct().Should().BeEquivalentTo([one, two]);
    }
}
