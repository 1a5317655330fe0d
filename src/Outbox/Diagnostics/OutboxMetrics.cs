using System.Diagnostics.Metrics;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>Counts what happens; one method for each thing.</summary>
internal sealed class OutboxMetrics
{
    private readonly Counter<long> _sent;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _leaseChanges;
    private readonly Histogram<double> _latency;

    public OutboxMetrics(IMeterFactory? factory = null)
    {
        var meter = factory?.Create(OutboxTelemetry.Name) ?? new Meter(OutboxTelemetry.Name);
        _sent = meter.CreateCounter<long>(OutboxTelemetry.Sent, "{message}", "Messages that the broker has acknowledged.");
        _settled = meter.CreateCounter<long>(OutboxTelemetry.Settled, "{message}", "Messages deleted from the outbox after their acknowledgement.");
        _parked = meter.CreateCounter<long>(OutboxTelemetry.Parked, "{message}", "Messages that the broker refused for good.");
        _leaseChanges = meter.CreateCounter<long>(OutboxTelemetry.LeaseChanges, "{change}", "Times that the set of owned buckets changed.");
        _latency = meter.CreateHistogram<double>(
            OutboxTelemetry.SendLatency, "s", "From the insert of a message, by the database's clock, to its acknowledgement.");
    }

    public void Sent(in OutboxRow row, TimeProvider time)
    {
        if (!_sent.Enabled && !_latency.Enabled)
        {
            return;
        }

        var topic = new KeyValuePair<string, object?>(OutboxTelemetry.DestinationTag, row.Topic);
        _sent.Add(1, topic);
        if (_latency.Enabled)
        {
            _latency.Record(Math.Max(0, (time.GetUtcNow() - row.CreatedAt).TotalSeconds), topic);
        }
    }

    public void Settled(int rows) => _settled.Add(rows);

    public void Refused(string topic) => _parked.Add(1, new KeyValuePair<string, object?>(OutboxTelemetry.DestinationTag, topic));

    public void LeasesChanged() => _leaseChanges.Add(1);
}
