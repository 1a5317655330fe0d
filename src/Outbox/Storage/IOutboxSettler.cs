namespace Outbox.Storage;

/// <summary>One database session that takes settled messages out of the outbox. Used by one caller at a time.</summary>
public interface IOutboxSettler : IAsyncDisposable
{
    /// <summary>
    /// Deletes messages that the broker has acknowledged, by id, in a transaction of its own. Ids that are gone already are passed
    /// over: deleting what is acknowledged harms nobody, so no lease is asked for.
    /// </summary>
    /// <returns>How many rows were there.</returns>
    ValueTask<int> DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>The same for a relay that keeps what it has sent: in the transaction of the delete the messages go to <c>outbox_archive</c>.</summary>
    /// <returns>How many rows were there.</returns>
    /// <exception cref="OutboxException">This store keeps no archive, or the table is missing.</exception>
    ValueTask<int> ArchiveAsync(IReadOnlyList<SentMessage> sent, CancellationToken cancellationToken) =>
        throw new OutboxException($"{GetType().Name} cannot keep sent messages. Leave RelayOptions.Archive off with this store.");
}
