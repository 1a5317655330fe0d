using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>Registers the replays under the context's type, in every process: those without consumers can look at them and end them too.</summary>
internal static class ReplayRegistration
{
    public static void Add(IServiceCollection services, Type contextType) =>
        services.TryAddKeyedSingleton<IInboxReplay>(contextType, (provider, _) => new StoredReplays(
            [.. provider.GetKeyedServices<ReplayConsumer>(contextType)],
            provider.GetKeyedService<ITopicLog>(contextType),
            provider.GetRequiredKeyedService<ReplayRequests>(contextType),
            provider.GetService<TimeProvider>() ?? TimeProvider.System));
}
