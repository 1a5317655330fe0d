namespace Outbox.Storage;

/// <summary>
/// Keys that are held back and dead letters of the outbox side. Safe for concurrent use. Whatever moves a message that is not
/// acknowledged works in one transaction that first locks the bucket's row and checks that it is still owned with the lease's epoch:
/// a relay whose lease went to another moves nothing. Messages keep their ids on every move, so order by id stays the order of the outbox.
/// </summary>
public interface IParkingStore
{
    /// <summary>
    /// Moves poison messages to the parked messages. With <see cref="PoisonMessagePolicy.ParkKey"/> every waiting message of the
    /// same ordering key (topic, key) moves too, and the key is held from then on; a message without a key moves alone. With
    /// <see cref="PoisonMessagePolicy.DeadLetter"/> only the message moves. Ids that are gone already are passed over.
    /// </summary>
    /// <param name="lease">The lease of the bucket that all the messages are in.</param>
    /// <param name="messages">The poison messages. <see cref="PoisonMessagePolicy.Block"/> is not for here.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False, with nothing changed, when the bucket is no longer owned with that epoch.</returns>
    ValueTask<bool> ParkAsync(BucketLease lease, IReadOnlyList<ParkedMessage> messages, CancellationToken cancellationToken);

    /// <summary>
    /// The keys of these buckets that are held, and every parked entry with a request. Only a bucket's owner changes them, so an
    /// owner that has read them after it acquired the bucket knows them all.
    /// </summary>
    ValueTask<IReadOnlyList<ParkedKey>> ReadKeysAsync(BucketSet buckets, CancellationToken cancellationToken);

    /// <summary>Moves those of these waiting messages whose key is held behind the ones that are parked already.</summary>
    /// <param name="lease">The lease of the bucket that all the messages are in.</param>
    /// <param name="ids">The messages. Those whose key is not held (any more) and those that are gone are passed over.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False, with nothing changed, when the bucket is no longer owned with that epoch.</returns>
    ValueTask<bool> AbsorbAsync(BucketLease lease, IReadOnlyCollection<long> ids, CancellationToken cancellationToken);

    /// <summary>Asks the bucket's owner, whichever process it is, to release or discard a parked entry. A later request replaces it.</summary>
    /// <returns>Whether there is such an entry.</returns>
    ValueTask<bool> RequestAsync(long parkedKeyId, ParkedKeyAction action, CancellationToken cancellationToken);

    /// <summary>
    /// Carries out what was requested for parked entries and removes them: released messages are waiting again under the ids that
    /// they had, which are lower than those of newer messages, so reading must start again from the lowest id.
    /// </summary>
    /// <param name="lease">The lease of the bucket that all the entries are in.</param>
    /// <param name="parkedKeyIds">The entries, by <see cref="ParkedKey.Id"/>; those without a request are passed over.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False, with nothing changed, when the bucket is no longer owned with that epoch.</returns>
    ValueTask<bool> CarryOutAsync(BucketLease lease, IReadOnlyCollection<long> parkedKeyIds, CancellationToken cancellationToken);
}
