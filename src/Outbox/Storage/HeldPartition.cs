namespace Outbox.Storage;

/// <summary>The keys of one partition of a topic. Messages without a key belong to no partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Partitions">How many partitions the topic has: a key's is its hash modulo this number.</param>
public readonly record struct HeldPartition(string Topic, int Partition, int Partitions)
{
    /// <summary>Whether the message's key belongs here.</summary>
    /// <param name="row">The message.</param>
    public bool Holds(in OutboxRow row) => row.Key is not null && row.KeyHash % Partitions == Partition && row.Topic == Topic;
}
