namespace Outbox.Storage;

/// <summary>The right to relay a bucket's keys.</summary>
/// <param name="Bucket">The bucket's number.</param>
/// <param name="Epoch">Grows with every change of owner. A relay with an older one moves nothing unacknowledged.</param>
public readonly record struct BucketLease(int Bucket, long Epoch);
