using Outbox.Specifications.Transport;
using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Tests.Testing;

public sealed class InMemoryTopicLogTests : TopicLogSpecification
{
    private readonly InMemoryBroker _broker = new();

    protected override TopicLogCapabilities Capabilities => TopicLogCapabilities.Times;

    protected override Task<(ITransport Sending, ITopicLog Log)> CreateAsync(TransportVariant variant)
    {
        var transport = new InMemoryTransport(
            variant == TransportVariant.Unreachable ? new InMemoryBroker { IsReachable = false } : _broker);
        return Task.FromResult<(ITransport, ITopicLog)>((transport, transport));
    }

    protected override Task CreateTopicAsync(string topic, int partitions)
    {
        _broker.CreateTopic(topic, partitions);
        return Task.CompletedTask;
    }
}
