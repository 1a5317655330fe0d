using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Outbox.Storage;

/// <summary>Registers the stores that work on any relational provider, under the context's type.</summary>
internal static class StorageRegistration
{
    public static void Add(IServiceCollection services, Type contextType)
    {
        services.TryAddKeyedSingleton(
            contextType, (provider, _) => new ContextSessions(provider.GetRequiredService<IServiceScopeFactory>(), contextType));
        services.TryAddKeyedSingleton<IOutboxStore>(contextType, (provider, _) => new EfOutboxStore(Sessions(provider)));
        services.TryAddKeyedSingleton<IBucketLeaseStore>(contextType, (provider, _) => new EfBucketLeaseStore(Sessions(provider)));
        services.TryAddKeyedSingleton<IParkingStore>(contextType, (provider, _) => new EfParkingStore(Sessions(provider)));
        services.TryAddKeyedSingleton<IArchiveStore>(contextType, (provider, _) => new EfArchiveStore(Sessions(provider)));
        services.TryAddKeyedSingleton<IScheduledStore>(contextType, (provider, _) => new EfScheduledStore(Sessions(provider)));
        services.TryAddKeyedSingleton<IControlStore>(contextType, (provider, _) => new EfControlStore(Sessions(provider)));
        services.TryAddKeyedSingleton<IOutboxControl>(
            contextType, (provider, _) => new StoredControl(provider.GetRequiredKeyedService<IControlStore>(contextType)));
        services.TryAddKeyedSingleton(contextType, (provider, _) => new ReplayRequests(Sessions(provider)));
        services.TryAddKeyedSingleton(contextType, (provider, _) => new ReplayLeases(Sessions(provider)));
        services.TryAddKeyedSingleton<IInboxStore>(contextType, (_, _) => new EfInboxStore());
        services.TryAddKeyedSingleton<IDeferredStore>(contextType, (provider, _) => new EfDeferredStore(Sessions(provider)));

        ContextSessions Sessions(IServiceProvider provider) => provider.GetRequiredKeyedService<ContextSessions>(contextType);
    }
}
