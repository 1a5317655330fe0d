using Outbox.Signals;

namespace Outbox.Relay;

/// <summary>Wakes the relay for what other processes commit, where the database carries such news.</summary>
internal sealed class CommitListener(IRelayNotifications? notifications, AsyncSignal wake)
{
    /// <summary>Listens until cancelled; throws when the connection breaks.</summary>
    /// <returns>When to begin again: never, where nothing can be heard.</returns>
    public async ValueTask<TimeSpan> ListenAsync(CancellationToken cancellationToken)
    {
        if (notifications is not null)
        {
            await notifications.ListenAsync(wake.Set, cancellationToken).ConfigureAwait(false);
        }

        return Timeout.InfiniteTimeSpan;
    }
}
