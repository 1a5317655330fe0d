using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox;
using Outbox.Consumers;
using Outbox.Diagnostics;
using Outbox.Health;
using Outbox.Relay;
using Outbox.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of the outbox.</summary>
public static class OutboxHealthChecksBuilderExtensions
{
    /// <summary>
    /// Checks the outbox of a context type, what of it runs in this process: its relay (the age of the oldest unsent message, ownership,
    /// the last read), its consumers (assignment, lag, circuit), its tables, and the broker. Degraded comes before unhealthy: messages
    /// wait then and go once that has passed.
    /// </summary>
    /// <typeparam name="TContext">The context given to <c>AddOutbox</c>.</typeparam>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default: <c>outbox</c>.</param>
    /// <param name="failureStatus">What unhealthy means. Default: null, which is unhealthy.</param>
    /// <param name="tags">Tags to filter by. Default: none.</param>
    /// <param name="configure">Sets limits. Default: null, those of <see cref="OutboxHealthOptions"/>.</param>
    /// <exception cref="OutboxException">Limits are out of range or contradict each other.</exception>
    public static IHealthChecksBuilder AddOutbox<TContext>(
        this IHealthChecksBuilder builder,
        string name = "outbox",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        Action<OutboxHealthOptions>? configure = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new OutboxHealthOptions();
        configure?.Invoke(options);
        OutboxHealthOptionsCheck.Require(options);
        return builder.Add(new HealthCheckRegistration(name, Create, failureStatus, tags));

        IHealthCheck Create(IServiceProvider provider) => new OutboxHealthCheck(
            provider.GetKeyedService<RelayStatus>(typeof(TContext)),
            provider.GetRequiredKeyedService<BacklogSamples>(typeof(TContext)),
            [.. provider.GetKeyedServices<ConsumerStatus>(typeof(TContext))],
            provider.GetKeyedService<ITransport>(typeof(TContext)),
            options);
    }
}
