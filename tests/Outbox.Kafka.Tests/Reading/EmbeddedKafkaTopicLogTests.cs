using Outbox.Kafka.Tests.Transport;
using Outbox.Specifications.Transport;
using Outbox.Testing;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Reading;

/// <summary>The suite against the embedded Kafka.</summary>
public sealed class EmbeddedKafkaTopicLogTests : TopicLogSpecification, IDisposable
{
    private readonly EmbeddedKafka _kafka = new();
    private readonly KafkaTransports _transports = new();

    protected override TopicLogCapabilities Capabilities => TopicLogCapabilities.None;

    protected override Task<(ITransport Sending, ITopicLog Log)> CreateAsync(TransportVariant variant)
    {
        var transport = _transports.Create(_kafka.BootstrapServers, variant).Sending;
        return Task.FromResult((transport, (ITopicLog)transport));
    }

    protected override Task CreateTopicAsync(string topic, int partitions)
    {
        _kafka.CreateTopic(topic, partitions);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _transports.Dispose();
        _kafka.Dispose();
    }
}
