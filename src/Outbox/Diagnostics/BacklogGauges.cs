using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Outbox.Operations;

namespace Outbox.Diagnostics;

/// <summary>Shows what was last found in each database. Asking costs no query.</summary>
internal sealed class BacklogGauges
{
    private readonly ConcurrentDictionary<Type, OutboxOverview> _overviews = new();

    /// <summary>Whatever was there once: shown as zero when it is gone, so that a graph falls and does not break off.</summary>
    private readonly ConcurrentDictionary<(Type Context, MessagePlace Place, string Topic, string Consumer), byte> _known = new();
    private readonly Instrument[] _gauges;

    public BacklogGauges(Meter meter) => _gauges =
    [
        meter.CreateObservableGauge(OutboxTelemetry.Waiting, () => Topics(overview => overview.Waiting), "{message}", "Messages that wait to be sent."),
        meter.CreateObservableGauge(
            OutboxTelemetry.OldestAge, () => Each(overview => overview.Waiting.OldestAge.TotalSeconds), "s", "How long the oldest waiting message has waited."),
        meter.CreateObservableGauge(OutboxTelemetry.Scheduled, () => Topics(overview => overview.Scheduled), "{message}", "Messages that are not due yet."),
        meter.CreateObservableGauge(OutboxTelemetry.ParkedKeys, () => Each(overview => overview.ParkedKeys.Value), "{key}", "Keys that are held back."),
        meter.CreateObservableGauge(
            OutboxTelemetry.ParkedMessages, () => Topics(overview => overview.Parked), "{message}", "Messages that are held back or were refused."),
        meter.CreateObservableGauge(
            OutboxTelemetry.DeferredMessages, () => Topics(overview => overview.Deferred), "{message}", "Messages that consumers have put off."),
        meter.CreateObservableGauge(
            OutboxTelemetry.UnownedBuckets, () => Each(overview => (long)overview.UnownedBuckets), "{bucket}", "Shares of the keys that no relay owns."),
    ];

    /// <summary>Whether somebody listens.</summary>
    public bool AreWatched => Array.Exists(_gauges, gauge => gauge.Enabled);

    public void Sampled(Type contextType, OutboxOverview? overview)
    {
        if (overview is null)
        {
            _overviews.TryRemove(contextType, out _);
        }
        else
        {
            foreach (var place in (PlaceBacklog[])[overview.Waiting, overview.Scheduled, overview.Parked, overview.Deferred])
            {
                foreach (var topic in place.Topics)
                {
                    _known.TryAdd((contextType, place.Place, topic.Topic, topic.Consumer), 0);
                }
            }

            _overviews[contextType] = overview;
        }
    }

    private IEnumerable<Measurement<long>> Topics(Func<OutboxOverview, PlaceBacklog> read)
    {
        foreach (var (context, overview) in _overviews)
        {
            var found = read(overview);
            foreach (var (_, _, topic, consumer) in _known.Keys.Where(key => key.Context == context && key.Place == found.Place))
            {
                var count = found.Topics.FirstOrDefault(entry => entry.Topic == topic && entry.Consumer == consumer)?.Count.Value ?? 0;
                yield return consumer.Length == 0
                    ? new(count, Tag(OutboxTelemetry.ContextTag, context.Name), Tag(OutboxTelemetry.DestinationTag, topic))
                    : new(
                        count,
                        Tag(OutboxTelemetry.ContextTag, context.Name),
                        Tag(OutboxTelemetry.DestinationTag, topic),
                        Tag(OutboxTelemetry.ConsumerTag, consumer));
            }
        }
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<OutboxOverview, T> value)
        where T : struct => _overviews.Select(entry => new Measurement<T>(value(entry.Value), Tag(OutboxTelemetry.ContextTag, entry.Key.Name)));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
