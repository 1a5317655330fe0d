using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>What waits for one message that the broker refuses.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its partition; null where that cannot be told, and the whole topic waits.</param>
internal readonly record struct Block(long Id, string Topic, HeldPartition? Partition)
{
    /// <summary>What operators see.</summary>
    public string Name => Partition is { } partition ? FormattableString.Invariant($"{Topic} [{partition.Partition}]") : Topic;

    public bool Holds(in OutboxRow row) => Partition is { } partition ? partition.Holds(row) : row.Topic == Topic;
}
