namespace Outbox;

/// <summary>Options of the PostgreSQL stores. Bound from the configuration section <c>Outbox:PostgreSql</c>.</summary>
public sealed class PostgreSqlOutboxOptions
{
    /// <summary>
    /// Whether the deletes of acknowledged messages return before they are on disk (<c>synchronous_commit = off</c>, for these deletes
    /// only). A crash of PostgreSQL can then bring back messages that were sent in its last moments: they are published again as
    /// copies with the same message id. Nothing is lost.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AsynchronousDeletes { get; set; }

    /// <summary>
    /// Whether a process that enqueues tells the relays of others by <c>NOTIFY</c>, and a relay listens. Each takes a connection.
    /// Without it relays in other processes find new messages by their poll (<see cref="RelayOptions.MaxPollInterval"/>). Switch it
    /// off behind a pooler that gives a connection for a transaction only; a relay that finds itself behind one does not listen.
    /// </summary>
    /// <value>Default: true.</value>
    public bool NotifyRelays { get; set; } = true;

    /// <summary>The shortest time between two notifications of a process. The first commit after a pause is told at once.</summary>
    /// <value>Default: 20 ms. From 1 ms to 1 minute.</value>
    public TimeSpan NotifyInterval { get; set; } = TimeSpan.FromMilliseconds(20);
}
