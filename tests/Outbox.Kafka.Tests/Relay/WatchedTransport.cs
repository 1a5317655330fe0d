using System.Collections.Concurrent;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Relay;

/// <summary>Counts what a relay asks of its transport.</summary>
internal sealed class WatchedTransport(ITransport inner) : ITransport
{
    private readonly ConcurrentDictionary<string, int> _offers = new();
    private int _senders;

    /// <summary>How many senders were opened.</summary>
    public int Senders => Volatile.Read(ref _senders);

    /// <summary>How many messages of the topic were offered to senders, accepted or not.</summary>
    public int OffersOf(string topic) => _offers.GetValueOrDefault(topic);

    public ITransportSender OpenSender(IDeliverySink sink)
    {
        Interlocked.Increment(ref _senders);
        return new Sender(inner.OpenSender(sink), _offers);
    }

    public ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken) =>
        inner.GetStatusAsync(topics, timeout, cancellationToken);

    private sealed class Sender(ITransportSender inner, ConcurrentDictionary<string, int> offers) : ITransportSender
    {
        public bool TrySend(in OutgoingMessage message, long tag)
        {
            offers.AddOrUpdate(message.Topic, 1, (_, count) => count + 1);
            return inner.TrySend(message, tag);
        }

        public ValueTask AbandonAsync() => inner.AbandonAsync();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
