using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Storage;

namespace Outbox.Deferral;

/// <summary>Registers what operators use, under the context's type.</summary>
internal static class DeferralRegistration
{
    public static void Add(IServiceCollection services, Type contextType) =>
        services.TryAddKeyedSingleton<IDeferredMessages>(contextType, (provider, key) => new StoredDeferredMessages(
            provider.GetRequiredKeyedService<ContextSessions>(key),
            provider.GetRequiredKeyedService<IDeferredStore>(key),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILogger<StoredDeferredMessages>>() ?? NullLogger<StoredDeferredMessages>.Instance));
}
