namespace Outbox.Storage;

/// <summary>The messages that are kept after they were sent. Safe for concurrent use; relays of one database may remove at the same time.</summary>
public interface IArchiveStore
{
    /// <summary>Looks whether the table is there.</summary>
    /// <exception cref="OutboxException">It is not, in the model or in the database; the text says how to make it.</exception>
    ValueTask RequireAsync(CancellationToken cancellationToken);

    /// <summary>Removes messages that were sent longer ago than the age, by the database's clock: the oldest first.</summary>
    /// <param name="age">How long messages are kept.</param>
    /// <param name="limit">At most so many, in one short transaction.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many were removed.</returns>
    ValueTask<int> RemoveOldAsync(TimeSpan age, int limit, CancellationToken cancellationToken);
}
