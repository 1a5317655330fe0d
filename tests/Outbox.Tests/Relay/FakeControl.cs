using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>Nothing is paused.</summary>
internal sealed class FakeControl : IControlStore
{
    public ValueTask<IReadOnlyList<OutboxControlEntry>> ReadAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<OutboxControlEntry>>([]);

    public ValueTask SetAsync(string topic, OutboxControlState? state, string requestedBy, CancellationToken cancellationToken) => default;

    public ValueTask<bool> EndDrainAsync(string topic, CancellationToken cancellationToken) => ValueTask.FromResult(false);
}
