using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>Registers what operators use, under the context's type.</summary>
internal static class OperationsRegistration
{
    public static void Add(IServiceCollection services, Type contextType) =>
        services.TryAddKeyedSingleton<IOutboxOperations>(contextType, (provider, _) =>
        {
            var sessions = provider.GetRequiredKeyedService<ContextSessions>(contextType);
            var reads = new BoundedReads(sessions);
            return new StoredOperations(
                contextType,
                new OverviewReader(reads, provider.GetRequiredKeyedService<IControlStore>(contextType)),
                new MessageLists(reads),
                new MessageSearch(reads, provider.GetService<TimeProvider>() ?? TimeProvider.System),
                new AuditTrail(sessions, reads),
                provider.GetRequiredKeyedService<IParkingStore>(contextType),
                provider.GetRequiredKeyedService<IOutboxControl>(contextType));
        });
}
