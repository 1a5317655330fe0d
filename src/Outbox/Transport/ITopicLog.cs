namespace Outbox.Transport;

/// <summary>
/// Reads what topics hold, without a consumer group: no group is made, no offset is committed, and no group that there is takes
/// notice. One instance for a registration; safe for concurrent use.
/// </summary>
/// <remarks>
/// Every call fails with a <see cref="TransportException"/>. Transient: the broker is away or busy, call again. Topic: the topic is
/// missing, or this client may not read it. Fatal: the broker will never answer this client as it is set up.
/// </remarks>
public interface ITopicLog
{
    /// <summary>The partitions of a topic, in order, with their first and end offsets at this moment. Never creates the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TransportException">As said for the interface.</exception>
    ValueTask<IReadOnlyList<TopicLogRange>> GetRangesAsync(string topic, CancellationToken cancellationToken);

    /// <summary>
    /// For each partition of a topic the lowest offset of a message with that timestamp or a later one; the end where there is none.
    /// Timestamps may be given by producers, so that messages behind it may be older.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="time">The time; compared with the messages' timestamps, in whole milliseconds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TransportException">As said for the interface.</exception>
    ValueTask<IReadOnlyDictionary<TopicPartitionId, long>> FindOffsetsAsync(string topic, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>
    /// Whether the topic's log is compacted, so that a later message of a key takes the place of earlier ones; null where this cannot
    /// be told.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TransportException">As said for the interface.</exception>
    ValueTask<bool?> IsCompactedAsync(string topic, CancellationToken cancellationToken) => new((bool?)null);

    /// <summary>Opens a reader for a piece of a partition. Does not wait for the broker.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset to read; where it was deleted or compacted away, the next one that is there.</param>
    /// <param name="until">The offset to stop before, for example the end from <see cref="GetRangesAsync"/>.</param>
    /// <exception cref="OutboxException">The settings cannot work, whatever the broker does.</exception>
    ITopicLogReader OpenReader(TopicPartitionId partition, long from, long until);
}
