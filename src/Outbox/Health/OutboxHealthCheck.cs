using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox.Consumers;
using Outbox.Diagnostics;
using Outbox.Operations;
using Outbox.Relay;
using Outbox.Transport;

namespace Outbox.Health;

/// <summary>
/// Says what relay and consumers know of themselves, what the last look at the database found, and whether the broker answers. Asks the
/// broker, within a bound; reads no table.
/// </summary>
internal sealed class OutboxHealthCheck(
    RelayStatus? relay,
    BacklogSamples samples,
    IReadOnlyList<ConsumerStatus> consumers,
    ITransport? transport,
    OutboxHealthOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        samples.Want();
        var report = new HealthReport();
        if (relay is not null)
        {
            Describe(relay, report);
        }

        if (samples.Error is { } error)
        {
            report.Unhealthy($"The outbox's tables cannot be read ({error}).");
        }

        if (samples.Latest is { } overview)
        {
            Describe(overview, report);
        }

        foreach (var consumer in consumers)
        {
            Describe(consumer, report);
        }

        if (transport is not null)
        {
            await AskBrokerAsync(transport, report, cancellationToken).ConfigureAwait(false);
        }

        return report.ToResult(context.Registration.FailureStatus);
    }

    private void Describe(RelayStatus status, HealthReport report)
    {
        report.Data["relay.running"] = status.IsRunning;
        report.Data["relay.owned_buckets"] = status.OwnedBuckets;
        report.Data["relay.seconds_since_last_read"] = status.Silence.TotalSeconds;
        report.Judge(status.Silence, options.DegradedSilence, options.UnhealthySilence, $"The relay has not read the outbox for {Text(status.Silence)}.");
        if (status.LastError is { } error)
        {
            report.Degraded($"The relay cannot read the outbox ({error}); it tries again.");
        }

        // What waits is not lost, and restarting this process would help nothing: that is degraded, not unhealthy.
        foreach (var (topic, reason) in status.StalledTopics)
        {
            report.Degraded($"Topic {topic} cannot be written ({reason}); its messages wait.");
        }
    }

    private void Describe(OutboxOverview overview, HealthReport report)
    {
        var age = overview.Waiting.OldestAge;
        report.Data["waiting.messages"] = overview.Waiting.Count.Value;
        report.Data["waiting.oldest_age_seconds"] = age.TotalSeconds;
        report.Data["parked.keys"] = overview.ParkedKeys.Value;
        report.Data["deferred.messages"] = overview.Deferred.Count.Value;

        // What is paused waits because somebody wants it to.
        if (overview.Pauses.Count == 0)
        {
            report.Judge(age, options.DegradedAge, options.UnhealthyAge, $"The oldest message has waited {Text(age)} to be sent.");
        }

        if (overview.UnownedBuckets > 0 && age > options.DegradedSilence)
        {
            report.Degraded(string.Create(CultureInfo.InvariantCulture, $"{overview.UnownedBuckets} of {overview.Buckets} buckets are owned by no relay."));
        }
    }

    private void Describe(ConsumerStatus consumer, HealthReport report)
    {
        var name = $"consumer.{consumer.Name}";
        var lag = consumer.Lag.Sum(partition => partition.Messages ?? 0);
        report.Data[$"{name}.partitions"] = consumer.Lag.Count;
        report.Data[$"{name}.lag"] = lag;
        report.Judge<long>(
            lag, options.DegradedLag, options.UnhealthyLag, string.Create(CultureInfo.InvariantCulture, $"Consumer {consumer.Name} is {lag} messages behind."));
        if (consumer.Silence is { } silence)
        {
            report.Judge(silence, options.DegradedSilence, options.UnhealthySilence, $"Consumer {consumer.Name} has not asked for messages for {Text(silence)}.");
        }

        if (consumer.Unassigned is { } unassigned)
        {
            report.Judge(unassigned, options.DegradedUnassigned, null, $"Consumer {consumer.Name} has had no partition for {Text(unassigned)}.");
        }

        if (consumer.Error is { } error)
        {
            report.Degraded($"Consumer {consumer.Name} cannot receive ({error}); it tries again.");
        }

        if (consumer.IsCircuitOpen)
        {
            report.Degraded($"Consumer {consumer.Name} pauses, because messages failed on and on; it tries one now and then.");
        }
    }

    private async Task AskBrokerAsync(ITransport broker, HealthReport report, CancellationToken cancellationToken)
    {
        var status = await broker.GetStatusAsync([], options.BrokerTimeout, cancellationToken).ConfigureAwait(false);
        report.Data["broker.reachable"] = status.Reachable;
        if (!status.Reachable)
        {
            report.Degraded($"The broker does not answer ({status.Error}); messages wait in the outbox until it does.");
        }
    }

    private static string Text(TimeSpan duration) => TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds)).ToString("c", CultureInfo.InvariantCulture);
}
