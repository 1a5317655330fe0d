using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Outbox;
using Outbox.Operations;
using Outbox.PostgreSql.Capture;
using Outbox.PostgreSql.Examining;
using Outbox.PostgreSql.Notifications;
using Outbox.PostgreSql.Registration;
using Outbox.PostgreSql.Storage;
using Outbox.Signals;
using Outbox.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses PostgreSQL.</summary>
public static class PostgreSqlOutboxBuilderExtensions
{
    /// <summary>
    /// Reads, settles and marks with one statement for a batch, and wakes relays of other processes at a commit. The context must be configured with <c>UseNpgsql</c>.
    /// </summary>
    /// <param name="builder">What is declared for the context.</param>
    /// <param name="configure">Sets options after those of the configuration section <c>Outbox:PostgreSql</c>; null for the defaults.</param>
    public static OutboxBuilder UsePostgreSql(this OutboxBuilder builder, Action<PostgreSqlOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var contextType = builder.ContextType;
        var optionsName = contextType.FullName ?? contextType.Name;
        builder.Services.AddOptions<PostgreSqlOutboxOptions>(optionsName)
            .Configure<IServiceProvider>((options, provider) => provider.GetService<IConfiguration>()?.GetSection("Outbox:PostgreSql").Bind(options))
            .Configure(configure ?? (_ => { }))
            .ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlOutboxOptions>, PostgreSqlOutboxOptionsValidator>());
        builder.Services.Replace(ServiceDescriptor.KeyedSingleton<IOutboxStore>(contextType, (provider, _) => new PostgreSqlOutboxStore(
            new PostgreSqlSessions(provider.GetRequiredService<IServiceScopeFactory>(), contextType),
            provider.GetRequiredService<IOptionsMonitor<PostgreSqlOutboxOptions>>().Get(optionsName))));
        builder.Services.Replace(ServiceDescriptor.KeyedSingleton<IInboxStore>(contextType, (_, _) => new PostgreSqlInboxStore()));
        builder.Services.TryAddKeyedSingleton<ILivenessStore>(contextType, (provider, _) => new PostgreSqlLivenessStore(
            new PostgreSqlSessions(provider.GetRequiredService<IServiceScopeFactory>(), contextType)));
        builder.Services.TryAddKeyedSingleton<IRelayNotifications>(contextType, (provider, _) => new PostgreSqlNotifications(
            new PostgreSqlSessions(provider.GetRequiredService<IServiceScopeFactory>(), contextType),
            provider.GetRequiredService<IOptionsMonitor<PostgreSqlOutboxOptions>>().Get(optionsName)));
        PostgreSqlCapture.Add(builder);
        AddChecks(builder.Services, contextType);
        return builder;
    }

    private static void AddChecks(IServiceCollection services, Type contextType)
    {
        if (services.Any(service => service.ServiceType == typeof(Catalogue) && Equals(service.ServiceKey, contextType)))
        {
            return;
        }

        services.AddKeyedSingleton(contextType, (provider, _) => new Catalogue(provider.GetRequiredService<IServiceScopeFactory>(), contextType));
        services.AddKeyedSingleton<IOutboxCheck>(contextType, (provider, key) => new IndexesCheck(provider.GetRequiredKeyedService<Catalogue>(key)));
        services.AddKeyedSingleton<IOutboxCheck>(contextType, (provider, key) => new VacuumCheck(provider.GetRequiredKeyedService<Catalogue>(key)));
        services.AddKeyedSingleton<IOutboxCheck>(contextType, (provider, key) => new RightsCheck(provider.GetRequiredKeyedService<Catalogue>(key)));
    }
}
