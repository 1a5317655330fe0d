using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

/// <summary>Receivers that can be made to fail.</summary>
internal sealed class FaultyTransport(InMemoryBroker broker) : IReceivingTransport
{
    private readonly InMemoryTransport _inner = new(broker);

    public int Opened { get; private set; }

    public int Disposed { get; private set; }

    /// <summary>Thrown once by the next receive.</summary>
    public TransportException? NextReceive { get; set; }

    /// <summary>Thrown once by the next commit.</summary>
    public TransportException? NextCommit { get; set; }

    public ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener)
    {
        Opened++;
        return new Receiver(this, _inner.OpenReceiver(subscription, listener));
    }

    private sealed class Receiver(FaultyTransport owner, ITransportReceiver inner) : ITransportReceiver
    {
        public ReceivedMessage? Receive(TimeSpan timeout)
        {
            if (owner.NextReceive is { } failure)
            {
                owner.NextReceive = null;
                throw failure;
            }

            return inner.Receive(timeout);
        }

        public void Commit(IReadOnlyCollection<KeyValuePair<TopicPartitionId, long>> nextOffsets)
        {
            if (owner.NextCommit is { } failure)
            {
                owner.NextCommit = null;
                throw failure;
            }

            inner.Commit(nextOffsets);
        }

        public void Pause(IReadOnlyCollection<TopicPartitionId> partitions) => inner.Pause(partitions);

        public void Resume(IReadOnlyCollection<TopicPartitionId> partitions) => inner.Resume(partitions);

        public void Seek(TopicPartitionId partition, long offset) => inner.Seek(partition, offset);

        public IReadOnlyDictionary<TopicPartitionId, long> GetCommitted(IReadOnlyCollection<TopicPartitionId> partitions) =>
            inner.GetCommitted(partitions);

        public long? GetLag(TopicPartitionId partition) => inner.GetLag(partition);

        public void Dispose()
        {
            owner.Disposed++;
            inner.Dispose();
        }
    }
}
