namespace Outbox.Storage;

/// <summary>
/// Messages that are sent later. Safe for concurrent use. Every time is the database's. Only a bucket's owner moves its messages:
/// the move locks the buckets' rows and checks their epochs first, in its own transaction.
/// </summary>
public interface IScheduledStore
{
    /// <summary>
    /// Moves messages that are due to the waiting ones, in the order of their due times and then of their ids, in which they are given
    /// their new ids. Buckets that are no longer owned with their epoch, or that someone else works on at the moment, are passed over.
    /// </summary>
    /// <param name="totalBuckets">How many buckets there are in all.</param>
    /// <param name="leases">The leases of the caller.</param>
    /// <param name="most">At most so many messages.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many were moved.</returns>
    ValueTask<int> MoveDueAsync(
        int totalBuckets, IReadOnlyCollection<BucketLease> leases, int most, CancellationToken cancellationToken);

    /// <summary>How long until the next message of these buckets is due; zero or less where one is due, null where none is scheduled.</summary>
    ValueTask<TimeSpan?> GetUntilNextAsync(BucketSet buckets, CancellationToken cancellationToken);
}
