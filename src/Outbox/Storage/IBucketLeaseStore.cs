namespace Outbox.Storage;

/// <summary>
/// Who relays which buckets. Every time is the database's; a lease that ran out there is free for others. Safe for concurrent use.
/// </summary>
public interface IBucketLeaseStore
{
    /// <summary>Makes the buckets' rows where there are none.</summary>
    /// <exception cref="OutboxException">Another number of buckets is installed; the text names both numbers and the way to change it.</exception>
    ValueTask SeedAsync(int buckets, CancellationToken cancellationToken);

    /// <summary>
    /// Asks for another number of buckets: from then on nobody takes a bucket, and relays with another number are told to give
    /// theirs back. Once no lease is left, given back or expired, the buckets are made anew, with epochs above all earlier ones. Where
    /// this number is installed already, a request for another is withdrawn.
    /// </summary>
    /// <returns>Whether this number is installed. False: leases are left; call it again.</returns>
    ValueTask<bool> ChangeAsync(int buckets, CancellationToken cancellationToken);

    /// <summary>
    /// A heartbeat: marks the relay as alive, renews the leases that it still holds, and tells its fair share.
    /// </summary>
    /// <param name="relay">Who asks.</param>
    /// <param name="duration">How long the leases last from now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<LeaseReport> RenewAsync(RelayIdentity relay, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Takes free or expired buckets, raising their epochs, until the relay holds <paramref name="upTo"/>. Relays that ask at once never get the same one.</summary>
    /// <returns>Every lease that the relay holds now.</returns>
    ValueTask<IReadOnlyList<BucketLease>> AcquireAsync(RelayIdentity relay, int upTo, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives buckets back. Call it only when nothing of theirs is in flight. Those held by others by now are passed over.</summary>
    ValueTask ReleaseAsync(RelayIdentity relay, IReadOnlyCollection<BucketLease> leases, CancellationToken cancellationToken);

    /// <summary>Takes the relay out of the list of those alive, so that the others' shares grow at once.</summary>
    ValueTask LeaveAsync(RelayIdentity relay, CancellationToken cancellationToken);
}
