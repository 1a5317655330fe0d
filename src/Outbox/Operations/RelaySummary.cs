namespace Outbox.Operations;

/// <summary>A relay that is known to the database.</summary>
/// <param name="RelayId">Its id, new with every start.</param>
/// <param name="Host">The machine.</param>
/// <param name="Version">The version of this library.</param>
/// <param name="StartedAt">When it started, by the database's clock.</param>
/// <param name="SinceLastSeen">How long ago it was seen, by the database's clock. One that ended without leaving is forgotten after an hour.</param>
/// <param name="Buckets">How many buckets it owns with a lease that has not run out.</param>
/// <param name="ExpiredBuckets">How many it owns with a lease that has: another relay may take them.</param>
/// <param name="LeaseLeft">How long its leases last, by the first that ends; null where it has none.</param>
/// <param name="ShowsLife">Whether its death is noticed at once (a lock on PostgreSQL); else when its leases have run out.</param>
public sealed record RelaySummary(
    Guid RelayId,
    string Host,
    string Version,
    DateTimeOffset StartedAt,
    TimeSpan SinceLastSeen,
    int Buckets,
    int ExpiredBuckets,
    TimeSpan? LeaseLeft,
    bool ShowsLife);
