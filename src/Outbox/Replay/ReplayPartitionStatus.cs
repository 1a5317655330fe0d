namespace Outbox;

/// <summary>How far a replay has come in one partition.</summary>
public sealed record ReplayPartitionStatus
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Where it began.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Everything before it was looked at.</summary>
    public required long NextOffset { get; init; }

    /// <summary>It ends before this offset.</summary>
    public required long EndOffset { get; init; }

    /// <summary>Messages whose handler ran and committed.</summary>
    public required long Handled { get; init; }

    /// <summary>Messages that were not to run: of another key or name, or marked before.</summary>
    public required long Skipped { get; init; }

    /// <summary>Messages whose handler failed, or that cannot be read. Their marks, and so their dead letters, are as they were.</summary>
    public required long Failed { get; init; }

    /// <summary>The first errors, with their offsets, cut to 2,000 characters; null where there was none.</summary>
    public required string? Error { get; init; }
}
