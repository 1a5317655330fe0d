using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>Topics that are missing or forbidden, on a broker that creates none by itself.</summary>
[Collection(StrictKafkaCollection.Name)]
public sealed class StrictKafkaTests(StrictKafka kafka) : IDisposable
{
    private static readonly TimeSpan Patience = TransportSpecification.Patience;
    private readonly KafkaTransports _transports = new();
    private readonly string _good = KafkaServer.UniqueName("good");
    private readonly string _topic = KafkaServer.UniqueName("topic");

    public void Dispose() => _transports.Dispose();

    [LocalKafkaFact]
    public async Task TrySend_TopicMissing_ThrowsForThatTopicAloneUntilItExists()
    {
        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _good, 1);
        var sink = new RecordingSink();
        await using var sender = Transport().OpenSender(sink);
        sender.TrySend(Message(_good), 0).Should().BeTrue();

        var toMissing = () => sender.TrySend(Message(_topic), 1);
        toMissing.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Topic);
        toMissing.Should().Throw<TransportException>().WithMessage($"*'{_topic}'*Create it*");
        sender.TrySend(Message(_good), 2).Should().BeTrue();
        await sink.WaitForAsync(2, Patience);
        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.IsDelivered && outcome.Tag != 1);

        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _topic, 1);
        (await UntilAcceptedAsync(sender, _topic)).Should().BeTrue();
        await sink.WaitForAsync(3, Patience);
        sink[3].IsDelivered.Should().BeTrue();
    }

    [LocalKafkaFact]
    public async Task TrySend_TopicMayNotBeWrittenTo_ThrowsForThatTopicAlone()
    {
        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _good, 1);
        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _topic, 1);
        await AllowOnlyAsync(_topic, AclOperation.Describe);
        var sink = new RecordingSink();
        await using var sender = Transport().OpenSender(sink);

        var toForbidden = () => sender.TrySend(Message(_topic), 1);
        toForbidden.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Topic);
        sender.TrySend(Message(_good), 2).Should().BeTrue();
        await sink.WaitForAsync(1, Patience);

        sink[2].IsDelivered.Should().BeTrue();
    }

    [LocalKafkaFact]
    public async Task TrySend_TopicMissingInDevelopment_IsCreatedByOption()
    {
        await using var sender = Development().OpenSender(new RecordingSink());

        sender.TrySend(Message(_topic), 0).Should().BeTrue();

        var status = await Transport().GetStatusAsync([_topic], Patience, CancellationToken.None);
        status.Partitions.Should().Equal(new Dictionary<string, int> { [_topic] = 3 });
    }

    [LocalKafkaFact]
    public async Task Receive_TopicMissing_SaysSoAndFindsItLater()
    {
        var transport = Transport();
        using var member = new TestMember(transport, new Subscription(KafkaServer.UniqueName("group"), [_topic]));
        var receive = () =>
        {
            for (var i = 0; i < 100; i++)
            {
                member.Receiver.Receive(TimeSpan.FromMilliseconds(50));
            }
        };
        receive.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Topic);

        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _topic, 1);
        await using var sender = transport.OpenSender(new RecordingSink());
        sender.TrySend(Message(_topic), 0).Should().BeTrue();

        member.PumpUntil(() => member.Received.Count == 1, "the message of the new topic");
    }

    [LocalKafkaFact]
    public async Task OpenReceiver_TopicMissingInDevelopment_IsCreatedByOption()
    {
        var transport = Development();
        using var member = new TestMember(transport, new Subscription(KafkaServer.UniqueName("group"), [_topic]));
        await using var sender = transport.OpenSender(new RecordingSink());
        (await UntilAcceptedAsync(sender, _topic)).Should().BeTrue();

        member.PumpUntil(() => member.Received.Count == 1, "the message of the new topic");
    }

    private static OutgoingMessage Message(string topic) => new(topic, [1], [2], []);

    private static async Task<bool> UntilAcceptedAsync(ITransportSender sender, string topic)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!limit.IsCancellationRequested)
        {
            try
            {
                return sender.TrySend(Message(topic), 3);
            }
            catch (TransportException exception) when (exception.Failure == DeliveryFailure.Topic)
            {
                await Task.Delay(50);
            }
        }

        return false;
    }

    private KafkaTransport Transport() =>
        (KafkaTransport)_transports.Create(kafka.BootstrapServers, TransportVariant.Ordinary, options => options.TopicCheckTimeout = TimeSpan.FromSeconds(1)).Sending;

    private KafkaTransport Development() => new(
        new KafkaOptions { BootstrapServers = kafka.BootstrapServers, CreateTopicsInDevelopment = true, NewTopicPartitions = 3 },
        NullLoggerFactory.Instance,
        TimeProvider.System,
        isDevelopment: true);

    private async Task AllowOnlyAsync(string topic, AclOperation operation)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await admin.CreateAclsAsync(
        [
            new AclBinding
            {
                Pattern = new ResourcePattern { Name = topic, Type = ResourceType.Topic, ResourcePatternType = ResourcePatternType.Literal },
                Entry = new AccessControlEntry
                {
                    Host = "*",
                    Principal = "User:ANONYMOUS",
                    Operation = operation,
                    PermissionType = AclPermissionType.Allow,
                },
            },
        ]);
    }
}
