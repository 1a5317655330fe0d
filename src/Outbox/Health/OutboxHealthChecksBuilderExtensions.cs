using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox.Health;
using Outbox.Relay;
using Outbox.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of the outbox.</summary>
public static class OutboxHealthChecksBuilderExtensions
{
    /// <summary>
    /// Checks the outbox of a context type. Unhealthy (or <paramref name="failureStatus"/>) while the relay cannot read the database;
    /// degraded while the broker does not answer or a topic cannot be written: messages wait then, and go once that has passed.
    /// </summary>
    /// <typeparam name="TContext">The context given to <c>AddOutbox</c>.</typeparam>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default: <c>outbox</c>.</param>
    /// <param name="failureStatus">What a failing relay means. Default: null, which is unhealthy.</param>
    /// <param name="tags">Tags to filter by. Default: none.</param>
    public static IHealthChecksBuilder AddOutbox<TContext>(
        this IHealthChecksBuilder builder, string name = "outbox", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, Create, failureStatus, tags));

        static IHealthCheck Create(IServiceProvider provider) => new OutboxHealthCheck(
            provider.GetKeyedService<RelayStatus>(typeof(TContext)), provider.GetKeyedService<ITransport>(typeof(TContext)));
    }
}
