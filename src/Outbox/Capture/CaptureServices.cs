using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Outbox.Filters;
using Outbox.Registration;
using Outbox.Signals;

namespace Outbox.Capture;

/// <summary>What the contexts of one type share.</summary>
internal sealed class CaptureServices(IServiceProvider services, OutboxRegistration registration)
{
    public Type ContextType => registration.ContextType;

    public TimeProvider Time { get; } = services.GetRequiredService<TimeProvider>();

    public MessageComposer Composer { get; } = new(
        registration,
        services.GetRequiredService<IOptionsMonitor<OutboxOptions>>(),
        () => new EnqueueFilters([.. registration.EnqueueFilters.Select(filter => (IEnqueueFilter)services.GetRequiredService(filter))]),
        services.GetRequiredService<TimeProvider>());

    public IOutboxInsertSql InsertSql { get; } =
        services.GetKeyedService<IOutboxInsertSql>(registration.ContextType) ?? PortableInsertSql.Instance;

    public RelayWakeup Wakeup { get; } = services.GetRequiredKeyedService<RelayWakeup>(registration.ContextType);

    public BacklogGate Backlog { get; } = services.GetRequiredKeyedService<BacklogGate>(registration.ContextType);

    public CommitSignals Signals { get; } = services.GetRequiredService<CommitSignals>();
}
