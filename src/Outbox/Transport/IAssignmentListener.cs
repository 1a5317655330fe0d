namespace Outbox.Transport;

/// <summary>Told which partitions a receiver owns. Called on the receiving thread, from inside <see cref="ITransportReceiver.Receive"/> or the receiver's disposal.</summary>
public interface IAssignmentListener
{
    /// <summary>These partitions are now ours as well. Nothing of them has been delivered yet. They are not paused.</summary>
    void OnAssigned(IReadOnlyList<TopicPartitionId> partitions);

    /// <summary>
    /// These partitions go to somebody else after this call returns. Offsets can still be committed from inside it.
    /// </summary>
    void OnRevoked(IReadOnlyList<TopicPartitionId> partitions);

    /// <summary>These partitions are somebody else's already: nothing of them may be committed any more.</summary>
    void OnLost(IReadOnlyList<TopicPartitionId> partitions);
}
