using Microsoft.Extensions.DependencyInjection;
using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>What pages and actions ask.</summary>
/// <param name="Operations">The outbox side.</param>
/// <param name="Actions">Requests to consumers, each written down.</param>
/// <param name="Replays">The replays.</param>
/// <param name="History">What waited before.</param>
internal sealed record DashboardServices(IOutboxOperations Operations, IInboxActions Actions, IInboxReplay Replays, BacklogHistory History)
{
    public static DashboardServices Of(IServiceProvider services, Type contextType, BacklogHistory history) => new(
        services.GetRequiredKeyedService<IOutboxOperations>(contextType),
        services.GetRequiredKeyedService<IInboxActions>(contextType),
        services.GetRequiredKeyedService<IInboxReplay>(contextType),
        history);
}
