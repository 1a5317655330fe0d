namespace Outbox.Signals;

/// <summary>
/// Carries the news of a commit to the relays of other processes. A hint only: what is lost on the way costs the pause of a relay's
/// poll, never a message. A dialect registers it as a keyed singleton under the context's type. Safe for concurrent use; each of
/// the two calls is made by one caller at a time. What they throw is logged, and they are called again.
/// </summary>
public interface IRelayNotifications
{
    /// <summary>The pause after a notification, for which commits gather.</summary>
    TimeSpan Interval { get; }

    /// <summary>Tells every relay that listens. Never called within a business transaction.</summary>
    ValueTask NotifyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Listens until cancelled, or until the connection breaks and it throws. Returns where nothing can be heard, by choice or because
    /// a transaction pooler is in between; then it is not called again.
    /// </summary>
    /// <param name="heard">
    /// Called, on any thread, for news of other processes, and once when it begins to listen, since what came before was not heard.
    /// </param>
    /// <param name="cancellationToken">Ends the listening.</param>
    ValueTask ListenAsync(Action heard, CancellationToken cancellationToken);
}
