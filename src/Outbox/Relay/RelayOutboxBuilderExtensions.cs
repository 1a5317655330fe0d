using Outbox;
using Outbox.Relay;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the relay role.</summary>
public static class RelayOutboxBuilderExtensions
{
    /// <summary>
    /// Adds the hosted relay, which publishes what is committed to the context's database. Several processes may run one each:
    /// they share the keys out. Called again it adds to the options only.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options after those of the configuration section <c>Outbox:Relay</c>.</param>
    public static OutboxBuilder AddRelay(this OutboxBuilder builder, Action<RelayOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RelayRegistration.Add(builder.Services, builder.Registration);
        if (configure is not null)
        {
            builder.Services.Configure(builder.Registration.OptionsName, configure);
        }

        return builder;
    }
}
