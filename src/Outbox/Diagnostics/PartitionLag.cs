namespace Outbox.Diagnostics;

/// <summary>How far a partition is behind.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Messages">How many messages are between its end and what was received; null where unknown.</param>
internal readonly record struct PartitionLag(string Topic, int Partition, long? Messages);
