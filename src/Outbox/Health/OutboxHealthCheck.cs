using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox.Relay;
using Outbox.Transport;

namespace Outbox.Health;

/// <summary>Says what a relay knows of itself and whether the broker answers. Asks the broker, within a bound; reads no table.</summary>
internal sealed class OutboxHealthCheck(RelayStatus? relay, ITransport? transport) : IHealthCheck
{
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problems = new List<string>();
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        if (relay is not null)
        {
            Describe(relay, problems, data);
        }

        if (transport is not null)
        {
            var status = await transport.GetStatusAsync([], BrokerTimeout, cancellationToken).ConfigureAwait(false);
            data["broker.reachable"] = status.Reachable;
            if (!status.Reachable)
            {
                problems.Add($"The broker does not answer ({status.Error}); messages wait in the outbox until it does.");
            }
        }

        // What waits is not lost, and restarting this process would help nothing: that is degraded, not unhealthy.
        return problems.Count == 0
            ? HealthCheckResult.Healthy(data: data)
            : new HealthCheckResult(relay is { LastError: not null } ? context.Registration.FailureStatus : HealthStatus.Degraded, string.Join(' ', problems), data: data);
    }

    private static void Describe(RelayStatus relay, List<string> problems, Dictionary<string, object> data)
    {
        data["relay.running"] = relay.IsRunning;
        data["relay.owned_buckets"] = relay.OwnedBuckets;
        if (relay.SinceLastRead is { } age)
        {
            data["relay.seconds_since_last_read"] = age.TotalSeconds;
        }

        if (relay.LastError is { } error)
        {
            problems.Add($"The relay cannot read the outbox ({error}); it tries again.");
        }

        foreach (var (topic, reason) in relay.StalledTopics)
        {
            problems.Add($"Topic {topic} cannot be written ({reason}); its messages wait.");
        }
    }
}
