using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>The suite against a real Kafka, with the classic group protocol.</summary>
[NeedsKafka]
public class RealKafkaTransportTests : TransportSpecification, IDisposable
{
    private readonly KafkaTransports _transports = new();

    protected override async Task<TransportUnderTest> CreateAsync(TransportVariant variant) =>
        _transports.Create(await KafkaServer.GetBootstrapServersAsync(), variant, Configure);

    protected override Task CreateTopicAsync(string topic, int partitions, int? maxMessageBytes = null) =>
        KafkaTopics.CreateAsync(topic, partitions, maxMessageBytes);

    protected virtual void Configure(KafkaOptions options)
    {
    }

    public void Dispose()
    {
        _transports.Dispose();
        GC.SuppressFinalize(this);
    }
}
