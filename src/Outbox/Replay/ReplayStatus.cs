namespace Outbox;

/// <summary>A replay and how far it has come. Counts are those of finished batches; after a crash a batch is looked at again.</summary>
public sealed record ReplayStatus
{
    /// <summary>The replay's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The consumer whose handlers are called.</summary>
    public required string Consumer { get; init; }

    /// <summary>Which messages run.</summary>
    public required ReplayKind Kind { get; init; }

    /// <summary>Where it stands.</summary>
    public required ReplayState State { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When it was asked for, by the database's clock.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it was completed or cancelled, by the database's clock; null before.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Its partitions, by topic and number. Those without anything to read are not among them.</summary>
    public required IReadOnlyList<ReplayPartitionStatus> Partitions { get; init; }

    /// <summary>Messages whose handler ran and committed.</summary>
    public long Handled => Partitions.Sum(partition => partition.Handled);

    /// <summary>Messages that were not to run.</summary>
    public long Skipped => Partitions.Sum(partition => partition.Skipped);

    /// <summary>Messages whose handler failed, or that cannot be read.</summary>
    public long Failed => Partitions.Sum(partition => partition.Failed);
}
