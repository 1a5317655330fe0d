using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

/// <summary>Counts what its receivers give.</summary>
internal sealed class CountingTransport(InMemoryBroker broker) : IReceivingTransport
{
    private readonly InMemoryTransport _inner = new(broker);
    private int _receives;
    private int _received;
    private int _commits;

    public int Receives => Volatile.Read(ref _receives);

    public int Received => Volatile.Read(ref _received);

    /// <summary>Tried, whether they succeeded or not.</summary>
    public int Commits => Volatile.Read(ref _commits);

    public ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener) =>
        new Receiver(this, _inner.OpenReceiver(subscription, listener));

    private sealed class Receiver(CountingTransport owner, ITransportReceiver inner) : ITransportReceiver
    {
        public ReceivedMessage? Receive(TimeSpan timeout)
        {
            Interlocked.Increment(ref owner._receives);
            var message = inner.Receive(timeout);
            if (message is not null)
            {
                Interlocked.Increment(ref owner._received);
            }

            return message;
        }

        public void Commit(IReadOnlyCollection<KeyValuePair<TopicPartitionId, long>> nextOffsets)
        {
            Interlocked.Increment(ref owner._commits);
            inner.Commit(nextOffsets);
        }

        public void Pause(IReadOnlyCollection<TopicPartitionId> partitions) => inner.Pause(partitions);

        public void Resume(IReadOnlyCollection<TopicPartitionId> partitions) => inner.Resume(partitions);

        public void Seek(TopicPartitionId partition, long offset) => inner.Seek(partition, offset);

        public IReadOnlyDictionary<TopicPartitionId, long> GetCommitted(IReadOnlyCollection<TopicPartitionId> partitions) =>
            inner.GetCommitted(partitions);

        public long? GetLag(TopicPartitionId partition) => inner.GetLag(partition);

        public void Dispose() => inner.Dispose();
    }
}
