using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Registration;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Operations;

/// <summary>Registers what operators use, under the context's type.</summary>
internal static class OperationsRegistration
{
    public static void Add(IServiceCollection services, OutboxRegistration registration)
    {
        var contextType = registration.ContextType;
        services.TryAddKeyedSingleton(contextType, (provider, _) => new BoundedReads(Sessions(provider)));
        services.TryAddKeyedSingleton<IOutboxOperations>(contextType, (provider, _) =>
        {
            var reads = provider.GetRequiredKeyedService<BoundedReads>(contextType);
            return new StoredOperations(
                contextType,
                new OverviewReader(reads, provider.GetRequiredKeyedService<IControlStore>(contextType)),
                new MessageLists(reads),
                new MessageSearch(reads, Time(provider)),
                new AuditTrail(Sessions(provider), reads),
                provider.GetRequiredKeyedService<IParkingStore>(contextType),
                provider.GetRequiredKeyedService<IOutboxControl>(contextType));
        });
        services.TryAddKeyedSingleton<IInboxActions>(contextType, (provider, _) => new AuditedActions(
            Sessions(provider),
            new AuditTrail(Sessions(provider), provider.GetRequiredKeyedService<BoundedReads>(contextType)),
            provider.GetRequiredKeyedService<IDeferredMessages>(contextType),
            provider.GetRequiredKeyedService<IInboxRedrive>(contextType),
            provider.GetRequiredKeyedService<IInboxReplay>(contextType)));
        services.AddKeyedSingleton<IOutboxCheck>(contextType, (provider, _) => new TablesCheck(Sessions(provider)));
        services.AddKeyedSingleton<IOutboxCheck>(
            contextType, (provider, _) => new ClockCheck(provider.GetRequiredKeyedService<BoundedReads>(contextType), Time(provider)));
        services.AddKeyedSingleton<IOutboxCheck>(
            contextType, (provider, _) => new RelayCheck(provider.GetRequiredKeyedService<IOutboxOperations>(contextType)));
        services.AddKeyedSingleton<IOutboxCheck>(contextType, (provider, _) => new BrokerCheck(provider.GetKeyedService<ITransport>(contextType)));
        services.TryAddKeyedSingleton<IOutboxDoctor>(contextType, (provider, _) => new Examination(
            [.. provider.GetKeyedServices<IOutboxCheck>(contextType)],
            provider.GetRequiredKeyedService<IOutboxOperations>(contextType),
            registration));

        ContextSessions Sessions(IServiceProvider provider) => provider.GetRequiredKeyedService<ContextSessions>(contextType);
    }

    private static TimeProvider Time(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
