namespace Outbox;

/// <summary>What was asked of the relays of a database.</summary>
public enum OutboxControlState
{
    /// <summary>Nothing is sent; messages wait in the outbox.</summary>
    Paused,

    /// <summary>Messages are sent until none waits; then it is <see cref="Paused"/>.</summary>
    Draining,
}
