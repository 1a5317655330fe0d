using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>Every seam of the transport over an <see cref="InMemoryBroker"/>. Safe for concurrent use.</summary>
internal sealed class InMemoryTransport(InMemoryBroker broker, int queueCapacity = InMemoryTransport.DefaultQueueCapacity)
    : ITransport, IReceivingTransport, ITopicLog
{
    private const int DefaultQueueCapacity = 100_000;

    public ITransportSender OpenSender(IDeliverySink sink) => new InMemorySender(broker, sink, queueCapacity);

    public ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener) =>
        new InMemoryReceiver(broker, subscription, listener);

    public ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        if (!broker.IsReachable)
        {
            return new ValueTask<TransportStatus>(new TransportStatus(false, known, "The in-memory broker is set to be unreachable."));
        }

        foreach (var topic in topics.Distinct(StringComparer.Ordinal))
        {
            if (broker.FindPartitions(topic) is { } partitions)
            {
                known.Add(topic, partitions);
            }
        }

        return new ValueTask<TransportStatus>(new TransportStatus(true, known, null));
    }

    public ValueTask<IReadOnlyList<TopicLogRange>> GetRangesAsync(string topic, CancellationToken cancellationToken)
    {
        lock (broker.Gate)
        {
            var found = Find(topic);
            return new ValueTask<IReadOnlyList<TopicLogRange>>(
                [.. Enumerable.Range(0, found.Partitions).Select(i => new TopicLogRange(new TopicPartitionId(topic, i), 0, found[i].Count))]);
        }
    }

    public ValueTask<IReadOnlyDictionary<TopicPartitionId, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        lock (broker.Gate)
        {
            var found = Find(topic);
            return new ValueTask<IReadOnlyDictionary<TopicPartitionId, long>>(Enumerable.Range(0, found.Partitions).ToDictionary(
                i => new TopicPartitionId(topic, i),
                i => found[i].FirstOrDefault(message => message.Timestamp.ToUnixTimeMilliseconds() >= milliseconds)?.Offset ?? found[i].Count));
        }
    }

    public ValueTask<bool?> IsCompactedAsync(string topic, CancellationToken cancellationToken)
    {
        lock (broker.Gate)
        {
            return new ValueTask<bool?>(Find(topic).IsCompacted);
        }
    }

    public ITopicLogReader OpenReader(TopicPartitionId partition, long from, long until) =>
        new InMemoryLogReader(broker, partition, from, until);

    private InMemoryTopic Find(string topic)
    {
        if (!broker.IsReachable)
        {
            throw new TransportException("The in-memory broker is set to be unreachable.", DeliveryFailure.Transient);
        }

        return broker.FindPartitions(topic) is not null
            ? broker.Topic(topic)
            : throw new TransportException($"The in-memory broker has no topic {topic}.", DeliveryFailure.Topic);
    }
}
