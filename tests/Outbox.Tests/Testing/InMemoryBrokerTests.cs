using System.Text;
using Outbox.Specifications.Transport;
using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Tests.Testing;

public sealed class InMemoryBrokerTests
{
    private readonly InMemoryBroker _broker = new(defaultPartitions: 2);

    [Fact]
    public void Append_KnownKeys_LandWhereJavasProducerPutsThem()
    {
        // murmur2("21") = -973932308, murmur2("foobar") = -790332482: values of Kafka's own UtilsTest.
        _broker.CreateTopic("six", 6);

        _broker.Append("six", "21"u8.ToArray(), null).Source.Partition.Should().Be((-973932308 & 0x7fffffff) % 6);
        _broker.Append("six", "foobar"u8.ToArray(), null).Source.Partition.Should().Be((-790332482 & 0x7fffffff) % 6);
    }

    [Fact]
    public void ExpelMembers_PartitionsOwned_AreLostAndCannotBeCommittedUntilThen()
    {
        _broker.Append("orders", "a"u8.ToArray(), Encoding.UTF8.GetBytes("1"));
        using var member = Join("billing");
        member.PumpUntil(() => member.Received.Count == 1, "the message");
        var partition = member.Received[0].Source;

        _broker.ExpelMembers("billing");
        var commit = () => member.Receiver.Commit([new(partition, 1)]);
        commit.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Transient);
        member.PumpUntil(() => member.Received.Count == 2, "the message again");

        member.EverLost.Should().HaveCount(2);
        member.EverRevoked.Should().BeEmpty();
        commit();
        _broker.GetCommittedOffset("billing", "orders", partition.Partition).Should().Be(1);
    }

    [Fact]
    public void Join_SameInstanceId_FencesTheFormerMember()
    {
        var transport = new InMemoryTransport(_broker);
        using var former = new TestMember(transport, new Subscription("billing", ["orders"], "one"));
        former.PumpUntil(() => former.Assigned.Count == 2, "the assignment");
        using var later = new TestMember(transport, new Subscription("billing", ["orders"], "one"));

        var receive = () => former.Receiver.Receive(TimeSpan.Zero);

        receive.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Fatal);
        former.EverLost.Should().HaveCount(2);
        later.PumpUntil(() => later.Assigned.Count == 2, "the assignment");
    }

    [Fact]
    public void Commit_PartitionOfAnother_IsRefused()
    {
        using var member = Join("billing");

        var commit = () => member.Receiver.Commit([new(new TopicPartitionId("orders", 0), 1)]);

        commit.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Transient);
    }

    private TestMember Join(string group) => new(new InMemoryTransport(_broker), new Subscription(group, ["orders"]));
}
