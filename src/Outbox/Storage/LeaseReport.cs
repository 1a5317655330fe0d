namespace Outbox.Storage;

/// <summary>What a heartbeat tells a relay.</summary>
/// <param name="FairShare">How many buckets it should hold: all, divided by the relays alive, rounded up.</param>
/// <param name="Held">The leases that it holds, renewed. One that is missing here was lost.</param>
/// <param name="Buckets">How many buckets there are, or are asked for. Where it isn't the relay's own number, its share is 0.</param>
public readonly record struct LeaseReport(int FairShare, IReadOnlyList<BucketLease> Held, int Buckets);
