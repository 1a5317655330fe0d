namespace Outbox;

/// <summary>Options of the PostgreSQL stores.</summary>
public sealed class PostgreSqlOutboxOptions
{
    /// <summary>
    /// Whether the deletes of acknowledged messages return before they are on disk (<c>synchronous_commit = off</c>, for these deletes
    /// only). A crash of PostgreSQL can then bring back messages that were sent in its last moments: they are published again as
    /// copies with the same message id. Nothing is lost.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AsynchronousDeletes { get; set; }
}
