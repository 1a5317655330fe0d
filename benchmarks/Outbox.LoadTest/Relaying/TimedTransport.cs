using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Outbox.LoadTest.Shop;
using Outbox.Transport;

namespace Outbox.LoadTest.Relaying;

/// <summary>The chosen transport, with a look at the moment of each acknowledgement.</summary>
internal sealed class TimedTransport(ITransport inner, IAcknowledgementTimes times) : ITransport
{
    /// <summary>Puts itself in front of the transport that is registered for the context.</summary>
    public static void Decorate(IServiceCollection services, IAcknowledgementTimes times)
    {
        var chosen = services.Last(service => service.ServiceType == typeof(ITransport) && Equals(service.ServiceKey, typeof(LoadContext)));
        services.AddKeyedSingleton<ITransport>(
            typeof(LoadContext), (provider, key) => new TimedTransport((ITransport)chosen.KeyedImplementationFactory!(provider, key), times));
    }

    public ITransportSender OpenSender(IDeliverySink sink)
    {
        var sequences = new ConcurrentDictionary<long, long>();
        return new Sender(inner.OpenSender(new Sink(sink, sequences, times)), sequences);
    }

    public ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken) =>
        inner.GetStatusAsync(topics, timeout, cancellationToken);

    private sealed class Sender(ITransportSender inner, ConcurrentDictionary<long, long> sequences) : ITransportSender
    {
        public bool TrySend(in OutgoingMessage message, long tag)
        {
            sequences[tag] = OrderPlaced.ReadSequence(message.Payload);
            return inner.TrySend(message, tag);
        }

        public ValueTask AbandonAsync() => inner.AbandonAsync();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Sink(IDeliverySink inner, ConcurrentDictionary<long, long> sequences, IAcknowledgementTimes times) : IDeliverySink
    {
        public void OnOutcome(long tag, in DeliveryOutcome outcome)
        {
            // Before the tag goes back: the relay may use it again at once.
            if (sequences.TryRemove(tag, out var sequence) && outcome.IsDelivered)
            {
                times.Acknowledged(sequence);
            }

            inner.OnOutcome(tag, outcome);
        }
    }
}
