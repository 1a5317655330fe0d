using Outbox.Specifications.Transport;
using Outbox.Testing;
using Outbox.Testing.InMemory;

namespace Outbox.Tests.Testing;

public sealed class InMemoryTransportTests : TransportSpecification
{
    private readonly InMemoryBroker _broker = new();

    protected override Task<TransportUnderTest> CreateAsync(TransportVariant variant)
    {
        var transport = variant switch
        {
            TransportVariant.SmallQueue => new InMemoryTransport(_broker, queueCapacity: 100),
            TransportVariant.Unreachable => new InMemoryTransport(new InMemoryBroker { IsReachable = false }),
            _ => new InMemoryTransport(_broker),
        };
        return Task.FromResult(new TransportUnderTest(transport, transport));
    }

    protected override Task CreateTopicAsync(string topic, int partitions, int? maxMessageBytes = null)
    {
        _broker.CreateTopic(topic, partitions, maxMessageBytes);
        return Task.CompletedTask;
    }
}
