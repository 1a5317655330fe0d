using Outbox.Transport;

namespace Outbox.Benchmarks.Relay;

/// <summary>Acknowledges every message at once.</summary>
internal sealed class AcceptingTransport : ITransport
{
    public ITransportSender OpenSender(IDeliverySink sink) => new Sender(sink);

    public ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken) =>
        new(new TransportStatus(true, topics.ToDictionary(topic => topic, _ => 1), null));

    private sealed class Sender(IDeliverySink sink) : ITransportSender
    {
        public bool TrySend(in OutgoingMessage message, long tag)
        {
            sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.None, 0, -1, null));
            return true;
        }

        public ValueTask AbandonAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
