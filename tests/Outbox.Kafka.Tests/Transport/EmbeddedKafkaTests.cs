using Confluent.Kafka;
using Outbox.Specifications.Transport;
using Outbox.Testing;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>The embedded Kafka's faults, and what the transport makes of them.</summary>
public sealed class EmbeddedKafkaTests : IDisposable
{
    private static readonly TimeSpan Patience = TransportSpecification.Patience;
    private readonly EmbeddedKafka _kafka = new();
    private readonly KafkaTransports _transports = new();

    public void Dispose()
    {
        _transports.Dispose();
        _kafka.Dispose();
    }

    [Fact]
    public async Task CreateTopic_AnyNumberOfPartitions_IsWhatClientsSee()
    {
        _kafka.CreateTopic("wide", 50);

        var status = await Transport().GetStatusAsync(["wide"], Patience, CancellationToken.None);

        status.Partitions["wide"].Should().Be(50);
    }

    [Fact]
    public void CreateTopic_Twice_SaysSo()
    {
        _kafka.CreateTopic("once", 1);

        var again = () => _kafka.CreateTopic("once", 1);

        again.Should().Throw<InvalidOperationException>().WithMessage("*once*");
    }

    [Fact]
    public async Task Dispose_ThenUsed_Throws()
    {
        var kafka = new EmbeddedKafka(brokers: 3);
        kafka.BootstrapServers.Split(',').Should().HaveCount(3);
        await kafka.DisposeAsync();

        var use = () => kafka.CreateTopic("late", 1);

        use.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task SetBrokerDown_MessagesWait_AndGoInOrderOnceItIsUp()
    {
        _kafka.CreateTopic("orders", 1);
        var sink = new RecordingSink();
        await using var sender = Transport().OpenSender(sink);
        sender.TrySend(Message(0), 0).Should().BeTrue();
        await sink.WaitForAsync(1, Patience);

        _kafka.SetBrokerDown();
        for (var i = 1; i < 100; i++)
        {
            sender.TrySend(Message(i), i).Should().BeTrue();
        }

        await Task.Delay(300);
        sink.Count.Should().Be(1, "nothing can be delivered");
        _kafka.SetBrokerUp();
        await sink.WaitForAsync(100, Patience);

        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.IsDelivered && outcome.Outcome.Offset == outcome.Tag);
    }

    [Fact]
    public async Task AbandonAsync_BrokerWentAway_EndsSoonWithEveryOutcome()
    {
        _kafka.CreateTopic("orders", 1);
        var sink = new RecordingSink();
        await using var sender = Transport().OpenSender(sink);
        sender.TrySend(Message(0), 0).Should().BeTrue();
        await sink.WaitForAsync(1, Patience);
        _kafka.SetBrokerDown();
        for (var i = 1; i < 500; i++)
        {
            sender.TrySend(Message(i), i).Should().BeTrue();
        }

        await sender.AbandonAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(2));

        sink.Count.Should().Be(500);
        sink.Outcomes.Skip(1).Should().OnlyContain(outcome => outcome.Outcome.Failure == DeliveryFailure.Abandoned);
    }

    [Fact]
    public async Task PushProduceErrors_TransientOne_IsRetriedInOrder()
    {
        _kafka.CreateTopic("orders", 1);
        _kafka.PushProduceErrors(ErrorCode.NotEnoughReplicas, ErrorCode.NotEnoughReplicas);
        var sink = new RecordingSink();
        await using var sender = Transport().OpenSender(sink);
        for (var i = 0; i < 50; i++)
        {
            sender.TrySend(Message(i), i).Should().BeTrue();
        }

        await sink.WaitForAsync(50, Patience);

        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.IsDelivered && outcome.Outcome.Offset == outcome.Tag);
    }

    [Fact]
    public async Task SetTopicError_TopicForbidden_ThrowsFromTrySend()
    {
        _kafka.CreateTopic("orders", 1);
        _kafka.SetTopicError("orders", ErrorCode.TopicAuthorizationFailed);
        await using var sender = Transport().OpenSender(new RecordingSink());

        var send = () => sender.TrySend(Message(0), 0);

        send.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Topic);
    }

    /// <summary>The other codes that a commit in a rebalance meets are tried on a real broker: what the embedded one does after them is its own.</summary>
    [Fact]
    public async Task Commit_BrokerRefusesForAMoment_IsTransient()
    {
        _kafka.CreateTopic("orders", 1);
        var transport = Transport();
        await using var sender = transport.OpenSender(new RecordingSink());
        sender.TrySend(Message(0), 0).Should().BeTrue();
        using var member = new TestMember(transport, new Subscription("group", ["orders"]));
        member.PumpUntil(() => member.Received.Count == 1, "the message");

        _kafka.PushRequestErrors(8, ErrorCode.RebalanceInProgress);
        var commit = () => member.Receiver.Commit([new(new TopicPartitionId("orders", 0), 1)]);

        commit.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Transient);
        commit.Should().NotThrow();
    }

    [Fact]
    public async Task TrySend_LargerThanTheClientTakes_ThrowsForThatMessageAlone()
    {
        _kafka.CreateTopic("orders", 1);
        var sink = new RecordingSink();
        await using var sender = Transport().OpenSender(sink);

        var tooLarge = () => sender.TrySend(new OutgoingMessage("orders", [1], new byte[2_000_000], []), 0);

        tooLarge.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Message);
        sender.TrySend(Message(1), 1).Should().BeTrue();
        await sink.WaitForAsync(1, Patience);
        sink.Outcomes.Should().ContainSingle().Which.Tag.Should().Be(1);
    }

    [Fact]
    public async Task Dispose_BrokerWentAway_ReceiverEndsSoon()
    {
        _kafka.CreateTopic("orders", 1);
        var member = new TestMember(Transport(), new Subscription("group", ["orders"]));
        member.PumpUntil(() => member.Assigned.Count == 1, "the assignment");
        _kafka.SetBrokerDown();

        await Task.Run(member.Dispose).WaitAsync(TimeSpan.FromSeconds(10));

        member.EverRevoked.Union(member.EverLost).Should().ContainSingle();
    }

    private static OutgoingMessage Message(int number) => new("orders", [1], [(byte)number], []);

    private KafkaTransport Transport() => (KafkaTransport)_transports.Create(_kafka.BootstrapServers, TransportVariant.Ordinary).Sending;
}
