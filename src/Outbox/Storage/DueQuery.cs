namespace Outbox.Storage;

/// <summary>Which deferred messages are wanted.</summary>
internal sealed record DueQuery
{
    public required string Consumer { get; init; }

    /// <summary>The partitions whose messages are ours to try, by topic.</summary>
    public required IReadOnlyDictionary<string, int[]> Partitions { get; init; }

    public required DateTime Now { get; init; }

    /// <summary>Whether messages of a key go one after the other.</summary>
    public required bool InOrder { get; init; }

    /// <summary>Messages that are being worked on.</summary>
    public required IReadOnlyCollection<long> Except { get; init; }

    public required int Most { get; init; }
}
