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

    /// <summary>
    /// Holds back the keys of poison messages, in one transaction that first locks the buckets' rows and checks that the relay still
    /// owns them with these epochs. The poison and every waiting message of its ordering key (topic, key) move to the parked
    /// messages with their ids. A key that is parked already takes its newer messages in.
    /// </summary>
    /// <returns>False, with nothing changed, when a bucket is no longer owned with its epoch.</returns>
    ValueTask<bool> ParkAsync(BucketLease lease, IReadOnlyList<ParkedMessage> messages, CancellationToken cancellationToken);
}
