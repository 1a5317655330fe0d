using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>Both sides of the transport over an <see cref="InMemoryBroker"/>. Safe for concurrent use.</summary>
internal sealed class InMemoryTransport(InMemoryBroker broker, int queueCapacity = InMemoryTransport.DefaultQueueCapacity)
    : ITransport, IReceivingTransport
{
    private const int DefaultQueueCapacity = 100_000;

    public ITransportSender OpenSender(IDeliverySink sink) => new InMemorySender(broker, sink, queueCapacity);

    public ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener) =>
        new InMemoryReceiver(broker, subscription, listener);

    public ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        if (!broker.IsReachable)
        {
            return new ValueTask<TransportStatus>(new TransportStatus(false, known, "The in-memory broker is set to be unreachable."));
        }

        foreach (var topic in topics.Distinct(StringComparer.Ordinal))
        {
            if (broker.FindPartitions(topic) is { } partitions)
            {
                known.Add(topic, partitions);
            }
        }

        return new ValueTask<TransportStatus>(new TransportStatus(true, known, null));
    }
}
