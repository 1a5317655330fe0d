namespace Outbox.Storage;

/// <summary>Which waiting messages to read: the lowest ids that pass every filter.</summary>
public sealed class OutboxRead
{
    /// <summary>Only keys of these buckets.</summary>
    public required BucketSet Buckets { get; init; }

    /// <summary>At most so many rows.</summary>
    public required int Limit { get; init; }

    /// <summary>Only ids above this one. Default: 0, from the lowest.</summary>
    public long After { get; init; }

    /// <summary>Only ids up to this one. Default: no end.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Not these ids: they are in flight. Default: none.</summary>
    public IReadOnlyCollection<long> ExceptIds { get; init; } = [];

    /// <summary>Not these topics: they are paused or stalled. Default: none.</summary>
    public IReadOnlyCollection<string> ExceptTopics { get; init; } = [];

    /// <summary>Not the keys of these partitions: a message blocks them. Default: none.</summary>
    public IReadOnlyCollection<HeldPartition> ExceptPartitions { get; init; } = [];

    /// <summary>Not keys with these hashes: they are held back. Default: none.</summary>
    public IReadOnlyCollection<int> ExceptKeyHashes { get; init; } = [];
}
