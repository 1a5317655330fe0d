using Confluent.Kafka;
using Outbox.Specifications.Transport;
using Outbox.Testing;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>The suite against the embedded Kafka.</summary>
public sealed class EmbeddedKafkaTransportTests : TransportSpecification, IDisposable
{
    private readonly EmbeddedKafka _kafka = new();
    private readonly KafkaTransports _transports = new();

    protected override Task<TransportUnderTest> CreateAsync(TransportVariant variant) =>
        Task.FromResult(_transports.Create(_kafka.BootstrapServers, variant, options => options.ConfigureConsumer(consumer =>
        {
            // The embedded broker ends a rebalance only a second before the session would.
            consumer.SessionTimeoutMs = 2_000;
            consumer.HeartbeatIntervalMs = 200;
        })));

    protected override Task CreateTopicAsync(string topic, int partitions, int? maxMessageBytes = null)
    {
        _kafka.CreateTopic(topic, partitions);
        return Task.CompletedTask;
    }

    protected override Task RefuseNextAsync()
    {
        _kafka.PushProduceErrors(ErrorCode.MsgSizeTooLarge);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _transports.Dispose();
        _kafka.Dispose();
    }
}
