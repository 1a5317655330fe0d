namespace Outbox.Transport;

/// <summary>
/// One member of a consumer group. Every member is called from one thread, the one that calls <see cref="Receive"/> in a loop;
/// the listener is called on it too, from inside <see cref="Receive"/>. Keep calling it, with everything paused if need be:
/// that keeps the membership alive.
/// </summary>
/// <remarks>
/// A newly assigned partition starts at the group's committed offset, or at its beginning where there is none. The client commits
/// nothing by itself.
/// </remarks>
public interface ITransportReceiver : IDisposable
{
    /// <summary>Waits for the next message; null when the time is over. Messages of one partition come in offset order.</summary>
    /// <exception cref="TransportException">
    /// Transient: call again. Topic: a subscribed topic is missing or forbidden; call again, it may appear. Fatal: dispose this one and open another.
    /// </exception>
    ReceivedMessage? Receive(TimeSpan timeout);

    /// <summary>Stops the delivery of messages from these partitions until resumed. What was fetched already is not delivered either.</summary>
    void Pause(IReadOnlyCollection<TopicPartitionId> partitions);

    /// <summary>Lets paused partitions deliver again, from where they stopped.</summary>
    void Resume(IReadOnlyCollection<TopicPartitionId> partitions);

    /// <summary>Moves an assigned partition to an offset: the next message received from it has that offset or a higher one.</summary>
    void Seek(TopicPartitionId partition, long offset);

    /// <summary>Stores the group's next offsets with the broker, and waits for its answer.</summary>
    /// <param name="nextOffsets">For each partition the offset of the next message to receive.</param>
    /// <exception cref="TransportException">
    /// Transient or fatal as for <see cref="Receive"/>. Transient too when a rebalance is under way or this member was expelled: go on
    /// receiving, which tells of the partitions that are lost, and commit what is left with the next ones.
    /// </exception>
    void Commit(IReadOnlyCollection<KeyValuePair<TopicPartitionId, long>> nextOffsets);

    /// <summary>Asks the broker where the group has committed, and waits for its answer. May be called from inside an assignment.</summary>
    /// <returns>The next offset of each partition for which there is one.</returns>
    /// <exception cref="TransportException">Transient or fatal as for <see cref="Receive"/>.</exception>
    IReadOnlyDictionary<TopicPartitionId, long> GetCommitted(IReadOnlyCollection<TopicPartitionId> partitions);

    /// <summary>How many messages behind the end of the partition the group's position is; null where unknown.</summary>
    long? GetLag(TopicPartitionId partition);
}
