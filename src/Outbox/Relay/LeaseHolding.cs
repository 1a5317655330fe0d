using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>The buckets that a relay owns at one time, and until when. Immutable.</summary>
/// <param name="Version">Grows whenever the leases change, not when they are only renewed.</param>
/// <param name="Buckets">The owned buckets.</param>
/// <param name="Leases">The same with their epochs, by bucket.</param>
/// <param name="FairShare">How many it should own.</param>
/// <param name="ValidUntil">The timestamp of this process's clock at which the leases end unless renewed.</param>
internal sealed record LeaseHolding(
    int Version, BucketSet Buckets, IReadOnlyDictionary<int, BucketLease> Leases, int FairShare, long ValidUntil)
{
    /// <summary>The leases above the fair share, which are to be given back.</summary>
    public IReadOnlyList<BucketLease> Excess => Leases.Count <= FairShare ? [] : [.. Leases.Values.OrderBy(lease => lease.Bucket).Skip(FairShare)];

    /// <summary>Whether a key with this hash is relayed here.</summary>
    public bool Owns(int keyHash) => Buckets.ContainsKey(keyHash);

    /// <summary>The lease under which a key is relayed.</summary>
    public BucketLease LeaseOf(int keyHash) => Leases[keyHash % Buckets.Total];

    /// <summary>Whether every lease of an earlier holding is still there with its epoch.</summary>
    public bool Keeps(LeaseHolding earlier) =>
        earlier.Leases.Values.All(lease => Leases.TryGetValue(lease.Bucket, out var now) && now == lease);
}
