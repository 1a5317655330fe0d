using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Outbox.Diagnostics;

/// <summary>Shows what this process's consumers say of themselves when somebody asks.</summary>
internal sealed class ConsumerGauges
{
    private readonly ConcurrentDictionary<string, Func<ConsumerFigures>> _consumers = new(StringComparer.Ordinal);

    public ConsumerGauges(Meter meter)
    {
        meter.CreateObservableCounter(OutboxTelemetry.ConsumerMessages, ReadOutcomes, "{message}", "Messages by what became of them.");
        meter.CreateObservableCounter(
            OutboxTelemetry.ConsumerRetries, () => Each(figures => figures.Retried), "{call}", "Handler calls after a message's first.");
        meter.CreateObservableCounter(
            OutboxTelemetry.ConsumerHolds, () => Each(figures => figures.Held), "{hold}", "Times that nothing could be written, not even a dead letter.");
        meter.CreateObservableGauge(OutboxTelemetry.ConsumerLag, ReadLag, "{message}", "Messages between a partition's end and what this process has received.");
        meter.CreateObservableGauge(
            OutboxTelemetry.ConsumerPartitions, () => Each(figures => figures.Lag.Count), "{partition}", "Partitions that this process receives.");
        meter.CreateObservableGauge(
            OutboxTelemetry.ConsumerCircuit,
            () => Each(figures => figures.IsCircuitOpen ? 1 : 0),
            "{circuit}",
            "1 while a consumer pauses because messages failed on and on.");
    }

    public void Add(string consumer, Func<ConsumerFigures> read) => _consumers[consumer] = read;

    private IEnumerable<Measurement<long>> Each(Func<ConsumerFigures, long> value) =>
        _consumers.Select(entry => new Measurement<long>(value(entry.Value()), Tag(OutboxTelemetry.ConsumerTag, entry.Key)));

    private IEnumerable<Measurement<long>> ReadOutcomes() => _consumers.SelectMany(entry => entry.Value().Outcomes.Select(outcome => new Measurement<long>(
        outcome.Count, Tag(OutboxTelemetry.ConsumerTag, entry.Key), Tag(OutboxTelemetry.OutcomeTag, outcome.Name))));

    private IEnumerable<Measurement<long>> ReadLag() => _consumers.SelectMany(entry => entry.Value().Lag.Where(lag => lag.Messages is not null)
        .Select(lag => new Measurement<long>(
            lag.Messages!.Value,
            Tag(OutboxTelemetry.ConsumerTag, entry.Key),
            Tag(OutboxTelemetry.DestinationTag, lag.Topic),
            Tag(OutboxTelemetry.PartitionTag, lag.Partition))));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
