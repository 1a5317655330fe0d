namespace Outbox.Storage;

/// <summary>A piece of a partition that is to be replayed.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The first offset.</param>
/// <param name="Until">The offset to end before.</param>
internal readonly record struct ReplayRange(string Topic, int Partition, long From, long Until);
