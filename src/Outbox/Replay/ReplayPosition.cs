namespace Outbox;

/// <summary>A place in the topics' logs: a time, or offsets of partitions.</summary>
public sealed class ReplayPosition
{
    private ReplayPosition(DateTimeOffset? time, IReadOnlyDictionary<Transport.TopicPartitionId, long>? offsets)
    {
        Time = time;
        Offsets = offsets;
    }

    /// <summary>The beginning of what the topics still hold.</summary>
    public static ReplayPosition Beginning { get; } = new(null, null);

    /// <summary>The time, or null.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>The offsets, or null.</summary>
    public IReadOnlyDictionary<Transport.TopicPartitionId, long>? Offsets { get; }

    /// <summary>In each partition the first message with this timestamp or a later one.</summary>
    public static ReplayPosition AtTime(DateTimeOffset time) => new(time, null);

    /// <summary>An offset of one partition; other partitions are not part of the replay.</summary>
    public static ReplayPosition AtOffset(string topic, int partition, long offset) =>
        AtOffsets(new Dictionary<Transport.TopicPartitionId, long> { [new(topic, partition)] = offset });

    /// <summary>Offsets of partitions; partitions that are not named are not part of the replay.</summary>
    public static ReplayPosition AtOffsets(IReadOnlyDictionary<Transport.TopicPartitionId, long> offsets)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        return new ReplayPosition(null, offsets);
    }
}
