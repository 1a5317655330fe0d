using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Specifications.Transport;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>Makes transports for tests and disposes of them.</summary>
internal sealed class KafkaTransports : IDisposable
{
    private readonly List<KafkaTransport> _made = [];

    public TransportUnderTest Create(string servers, TransportVariant variant, Action<KafkaOptions>? configure = null)
    {
        var options = new KafkaOptions { BootstrapServers = variant == TransportVariant.Unreachable ? "127.0.0.1:1" : servers };
        options.ConfigureConsumer(consumer => consumer.StatisticsIntervalMs = 100);
        if (variant == TransportVariant.SmallQueue)
        {
            options.ConfigureProducer(producer => producer.QueueBufferingMaxMessages = 100);
        }

        configure?.Invoke(options);
        var transport = new KafkaTransport(options, NullLoggerFactory.Instance, TimeProvider.System, isDevelopment: false);
        _made.Add(transport);
        return new TransportUnderTest(transport, transport);
    }

    public void Dispose() => _made.ForEach(transport => transport.Dispose());
}
