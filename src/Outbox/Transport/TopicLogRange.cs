namespace Outbox.Transport;

/// <summary>Which offsets a partition's log holds.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="First">The lowest offset that is still there; older messages were deleted.</param>
/// <param name="End">The offset behind the last message that can be read. Equal to <paramref name="First"/> where the log is empty.</param>
public readonly record struct TopicLogRange(TopicPartitionId Partition, long First, long End);
