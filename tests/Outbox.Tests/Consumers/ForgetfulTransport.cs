using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

/// <summary>Receivers that start at the beginning wherever they are told to go, as Kafka does where the log has no such offset.</summary>
internal sealed class ForgetfulTransport(InMemoryBroker broker) : IReceivingTransport
{
    private readonly InMemoryTransport _inner = new(broker);
    private int _receives;
    private int _pauses;

    public int Receives => Volatile.Read(ref _receives);

    public int Pauses => Volatile.Read(ref _pauses);

    public ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener) =>
        new Receiver(this, _inner.OpenReceiver(subscription, listener));

    private sealed class Receiver(ForgetfulTransport owner, ITransportReceiver inner) : ITransportReceiver
    {
        public ReceivedMessage? Receive(TimeSpan timeout)
        {
            Interlocked.Increment(ref owner._receives);
            return inner.Receive(timeout);
        }

        public void Pause(IReadOnlyCollection<TopicPartitionId> partitions)
        {
            Interlocked.Increment(ref owner._pauses);
            inner.Pause(partitions);
        }

        public void Resume(IReadOnlyCollection<TopicPartitionId> partitions) => inner.Resume(partitions);

        public void Seek(TopicPartitionId partition, long offset)
        {
        }

        public void Commit(IReadOnlyCollection<KeyValuePair<TopicPartitionId, long>> nextOffsets) => inner.Commit(nextOffsets);

        public IReadOnlyDictionary<TopicPartitionId, long> GetCommitted(IReadOnlyCollection<TopicPartitionId> partitions) =>
            inner.GetCommitted(partitions);

        public long? GetLag(TopicPartitionId partition) => inner.GetLag(partition);

        public void Dispose() => inner.Dispose();
    }
}
