using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.Diagnostics;
using Outbox.Filters;
using Outbox.Registration;
using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>Adds the relay of one registration.</summary>
internal static class RelayRegistration
{
    /// <summary>Adds it once, however often it is asked for.</summary>
    public static void Add(IServiceCollection services, OutboxRegistration registration)
    {
        if (registration.HasRelay)
        {
            return;
        }

        registration.HasRelay = true;
        var scope = registration.ContextType;
        services.AddOptions<RelayOptions>(registration.OptionsName)
            .Configure<IServiceProvider>((options, provider) => OutboxConfiguration.Bind(provider, "Relay", options))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<RelayOptions>>(new RelayOptionsValidator(registration.OptionsName));
        services.TryAddKeyedSingleton(scope, (provider, _) => new RelayStatus(Time(provider)));
        services.TryAddKeyedSingleton(scope, (provider, _) => new PausedTopics(
            provider.GetRequiredKeyedService<IControlStore>(scope), provider.GetRequiredKeyedService<RelayWakeup>(scope)));
        services.TryAddKeyedSingleton(scope, (provider, _) => CreateRunner(provider, registration));
        services.AddSingleton<IHostedService>(provider => new RelayService(() => provider.GetRequiredKeyedService<RelayRunner>(scope)));
    }

    /// <summary>Adds what a process needs that only enqueues: whether it relays itself or not, relays elsewhere are told and the backlog is watched.</summary>
    public static void AddForWriters(IServiceCollection services, OutboxRegistration registration)
    {
        var contextType = registration.ContextType;
        services.AddSingleton<IHostedService>(provider => new CommitNotifierService(
            () => provider.GetKeyedService<IRelayNotifications>(contextType),
            provider.GetRequiredKeyedService<RelayWakeup>(contextType).Committed,
            Time(provider),
            Logger(provider)));
        services.AddSingleton<IHostedService>(provider => new BacklogWatchService(
            options => new BacklogWatch(
                provider.GetRequiredKeyedService<IOutboxStore>(contextType),
                options,
                provider.GetRequiredKeyedService<BacklogGate>(contextType),
                Logger(provider)),
            () => provider.GetRequiredService<IOptionsMonitor<OutboxOptions>>().Get(registration.OptionsName),
            Time(provider),
            Logger(provider)));
    }

    private static RelayRunner CreateRunner(IServiceProvider provider, OutboxRegistration registration)
    {
        var scope = registration.ContextType;
        var time = Time(provider);
        var options = provider.GetRequiredService<IOptionsMonitor<RelayOptions>>().Get(registration.OptionsName);
        var shared = provider.GetRequiredService<IOptionsMonitor<OutboxOptions>>().Get(registration.OptionsName);
        var logger = Logger(provider);
        var metrics = provider.GetRequiredService<OutboxMetrics>();
        var store = provider.GetRequiredKeyedService<IOutboxStore>(scope);
        var parking = provider.GetRequiredKeyedService<IParkingStore>(scope);
        var leaseStore = provider.GetRequiredKeyedService<IBucketLeaseStore>(scope);
        var status = provider.GetRequiredKeyedService<RelayStatus>(scope);
        metrics.AddRelay(scope, () => status.OwnedBuckets);
        var wake = provider.GetRequiredKeyedService<RelayWakeup>(scope);
        var transport = provider.GetKeyedService<ITransport>(scope) ?? throw new OutboxException(
            $"The relay of {scope.Name} has no transport. Add UseKafka(…), or another Use…Transport, to AddOutbox<{scope.Name}>(…).");

        var relay = new RelayIdentity(Guid.CreateVersion7(time.GetUtcNow()), Environment.MachineName, Version, shared.Buckets);
        var leases = new LeaseKeeper(leaseStore, relay, options, metrics, time, logger) { Changed = wake };
        var settlement = new Settlement(store, options, metrics, time, logger);
        var paused = provider.GetRequiredKeyedService<PausedTopics>(scope);
        var held = new HeldBack(options, status, paused, wake, time);
        var parked = new ParkedKeys(parking, wake);
        var maps = registration.CreateOutgoingMaps();
        var filters = new SendFilters([.. registration.SendFilters.Select(filter => (ISendFilter)provider.GetRequiredService(filter))]);
        OutgoingMessages createMessages() => new(maps, filters);
        var suspects = new SuspectLane(transport, parking, held, leases, settlement, createMessages(), options, metrics, time, logger)
        {
            Parked = async token => await parked.RefreshAsync(leases.Current, token).ConfigureAwait(false),
        };
        var parts = new RelayParts(store, transport, leases, settlement, suspects, held, paused, parked, status, wake, createMessages, metrics, options, time, logger);
        var scheduled = new ScheduledMover(provider.GetRequiredKeyedService<IScheduledStore>(scope), wake, options.MinPollInterval);
        var dead = new DeadRelays(provider.GetKeyedService<ILivenessStore>(scope), leases, relay);
        var listener = new CommitListener(provider.GetKeyedService<IRelayNotifications>(scope), wake);
        var archive = new ArchiveCleaner(provider.GetRequiredKeyedService<IArchiveStore>(scope), options);
        var duties = new RelayDuties(parts, scheduled, dead, listener, archive);
        return new RelayRunner(parts, duties, new BucketSeed(leaseStore, shared, logger), relay);
    }

    private static string Version { get; } =
        typeof(RelayRegistration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static ILogger Logger(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>()?.CreateLogger("Outbox.Relay") ?? (ILogger)NullLogger.Instance;

    private static TimeProvider Time(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
