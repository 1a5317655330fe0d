using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Outbox.Operations;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>
/// Counts what happens; one method for each thing. What happens for every message is added up and given when somebody asks, so that it
/// costs next to nothing whether somebody listens or not.
/// </summary>
internal sealed class OutboxMetrics : IDisposable
{
    private readonly TopicTotals _sent = new();
    private readonly SampleBudget _samples = new();
    private readonly BacklogGauges _backlog;
    private readonly ConsumerGauges _consumers;
    private readonly ConcurrentDictionary<Type, Func<int>> _owned = new();
    private readonly Meter? _own;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _leaseChanges;
    private readonly Histogram<long> _batchSize;
    private readonly Histogram<double> _latency;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<double> _processing;

    /// <param name="factory">Makes the meter, which is then the factory's; null where the application has none.</param>
    public OutboxMetrics(IMeterFactory? factory = null)
    {
        var meter = factory?.Create(OutboxTelemetry.Name) ?? (_own = new Meter(OutboxTelemetry.Name));
        meter.CreateObservableCounter(OutboxTelemetry.Sent, _sent.Read, "{message}", "Messages that the broker has acknowledged.");
        _settled = meter.CreateCounter<long>(OutboxTelemetry.Settled, "{message}", "Messages deleted from the outbox after their acknowledgement.");
        _batchSize = meter.CreateHistogram<long>(OutboxTelemetry.BatchSize, "{message}", "Messages settled at once.");
        _refused = meter.CreateCounter<long>(OutboxTelemetry.Refused, "{message}", "Messages that the broker refused for good.");
        _leaseChanges = meter.CreateCounter<long>(OutboxTelemetry.LeaseChanges, "{change}", "Times that the set of owned buckets changed.");
        _latency = meter.CreateHistogram<double>(
            OutboxTelemetry.SendLatency,
            "s",
            "From the insert of a message, by the database's clock, to its acknowledgement. Above 10,000 a second a part of them is measured.");
        _sendDuration = meter.CreateHistogram<double>(
            OutboxTelemetry.OperationDuration, "s", "From handing a message over to its outcome; one message at a time is measured.");
        _processing = meter.CreateHistogram<double>(OutboxTelemetry.ProcessDuration, "s", "Duration of a handler's call.");
        meter.CreateObservableGauge(OutboxTelemetry.OwnedBuckets, ReadOwned, "{bucket}", "Shares of the keys that this process relays.");
        _backlog = new BacklogGauges(meter);
        _consumers = new ConsumerGauges(meter);
    }

    /// <summary>Whether somebody wants to know what waits in the database.</summary>
    public bool WatchesBacklog => _backlog.AreWatched;

    /// <summary>Whether somebody wants to know how long sending takes.</summary>
    public bool MeasuresSends => _sendDuration.Enabled;

    /// <summary>Whether somebody wants to know how long handlers take.</summary>
    public bool MeasuresHandlers => _processing.Enabled;

    public void Sent(in OutboxRow row, TimeProvider time)
    {
        _sent.Add(row.Topic);
        if (_latency.Enabled && _samples.TryTake(time))
        {
            _latency.Record(Math.Max(0, (time.GetUtcNow() - row.CreatedAt).TotalSeconds), Tag(OutboxTelemetry.DestinationTag, row.Topic));
        }
    }

    /// <summary>The outcome of a message has come.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="duration">Since it was handed over.</param>
    /// <param name="error">What kind of failure it was; null for none.</param>
    public void SendEnded(string topic, TimeSpan duration, string? error)
    {
        var tags = new TagList { { OutboxTelemetry.OperationNameTag, "send" }, { OutboxTelemetry.DestinationTag, topic } };
        if (error is not null)
        {
            tags.Add(OutboxTelemetry.ErrorTypeTag, error);
        }

        _sendDuration.Record(duration.TotalSeconds, tags);
    }

    public void Settled(int rows)
    {
        _settled.Add(rows);
        _batchSize.Record(rows);
    }

    public void Refused(string topic) => _refused.Add(1, Tag(OutboxTelemetry.DestinationTag, topic));

    public void LeasesChanged() => _leaseChanges.Add(1);

    /// <summary>Shows from now on how many buckets this process's relay of a context owns.</summary>
    public void AddRelay(Type contextType, Func<int> ownedBuckets) => _owned[contextType] = ownedBuckets;

    /// <summary>What waits in a database; null where it could not be found out, so that nothing stale is shown.</summary>
    public void Sampled(Type contextType, OutboxOverview? overview) => _backlog.Sampled(contextType, overview);

    /// <summary>Shows a consumer's figures from now on.</summary>
    public void AddConsumer(string consumer, Func<ConsumerFigures> read) => _consumers.Add(consumer, read);

    /// <summary>A handler's call has ended.</summary>
    public void Processed(string consumer, string topic, TimeSpan duration, Exception? error)
    {
        var tags = new TagList { { OutboxTelemetry.ConsumerTag, consumer }, { OutboxTelemetry.DestinationTag, topic } };
        if (error is not null)
        {
            tags.Add(OutboxTelemetry.ErrorTypeTag, error.GetType().FullName);
        }

        _processing.Record(duration.TotalSeconds, tags);
    }

    public void Dispose() => _own?.Dispose();

    private IEnumerable<Measurement<long>> ReadOwned() =>
        _owned.Select(entry => new Measurement<long>(entry.Value(), Tag(OutboxTelemetry.ContextTag, entry.Key.Name)));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
