using Outbox.Messages;

namespace Outbox.Storage;

/// <summary>Checks what is asked for and stores it.</summary>
internal sealed class StoredControl(IControlStore store) : IOutboxControl
{
    public const int MaxRequestedByLength = 200;

    public Task PauseAsync(string? topic, string requestedBy, CancellationToken cancellationToken) =>
        SetAsync(topic, OutboxControlState.Paused, requestedBy, cancellationToken);

    public Task DrainAsync(string? topic, string requestedBy, CancellationToken cancellationToken) =>
        SetAsync(topic, OutboxControlState.Draining, requestedBy, cancellationToken);

    public Task ResumeAsync(string? topic, CancellationToken cancellationToken) => SetAsync(topic, null, "", cancellationToken);

    public async Task<IReadOnlyList<OutboxControlEntry>> GetAsync(CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken).ConfigureAwait(false);

    private async Task SetAsync(string? topic, OutboxControlState? state, string requestedBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requestedBy);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestedBy.Length, MaxRequestedByLength, nameof(requestedBy));
        if (topic is not null)
        {
            MessageNames.RequireTopic(topic);
        }

        await store.SetAsync(topic ?? "", state, requestedBy, cancellationToken).ConfigureAwait(false);
    }
}
