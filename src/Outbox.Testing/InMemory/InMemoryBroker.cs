using Outbox.Messages;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Testing;

/// <summary>
/// A broker in memory, for tests: topics with partitions chosen as Kafka's producer does, consumer groups that share partitions and
/// remember offsets. Several services can be given the same one. It keeps every message. Safe for concurrent use.
/// </summary>
public sealed class InMemoryBroker
{
    private readonly Dictionary<string, InMemoryTopic> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InMemoryGroup> _groups = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly int _defaultPartitions;
    private bool _isReachable = true;

    /// <summary>Makes an empty broker.</summary>
    /// <param name="defaultPartitions">How many partitions a topic gets that is used before it is created. Default: 6.</param>
    /// <param name="time">Gives the messages' timestamps. Default: the system's clock.</param>
    public InMemoryBroker(int defaultPartitions = 6, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(defaultPartitions, 1);
        _defaultPartitions = defaultPartitions;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// Whether the broker answers. While it does not, what is sent waits, nothing is received, and offsets cannot be committed.
    /// </summary>
    /// <value>Default: true.</value>
    public bool IsReachable
    {
        get
        {
            lock (Gate)
            {
                return _isReachable;
            }
        }

        set
        {
            lock (Gate)
            {
                _isReachable = value;
                Monitor.PulseAll(Gate);
            }
        }
    }

    /// <summary>Guards everything in the broker, its topics, groups and receivers; pulsed at every change.</summary>
    internal object Gate { get; } = new();

    /// <summary>Creates a topic.</summary>
    /// <param name="topic">A legal topic name that is not there yet.</param>
    /// <param name="partitions">How many partitions.</param>
    /// <param name="maxMessageBytes">Larger messages (key, payload and headers together) are refused; null for no limit.</param>
    /// <param name="isCompacted">Whether the topic says that its log is compacted. It keeps every message nevertheless.</param>
    /// <exception cref="OutboxException">The name is not legal, or is there already.</exception>
    public void CreateTopic(string topic, int partitions, int? maxMessageBytes = null, bool isCompacted = false)
    {
        MessageNames.RequireTopic(topic);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        lock (Gate)
        {
            if (!_topics.TryAdd(topic, new InMemoryTopic(topic, partitions, maxMessageBytes, isCompacted)))
            {
                throw new OutboxException($"The topic '{topic}' is there already. Create it before anything uses it, under a name of its own.");
            }

            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Appends a message, as a foreign producer would.</summary>
    /// <returns>The message as consumers receive it.</returns>
    public ReceivedMessage Append(string topic, byte[]? key, byte[]? payload, MessageHeaders? headers = null)
    {
        lock (Gate)
        {
            var message = Topic(topic).Append(key, payload, headers is null ? [] : new MessageHeaders(headers), _time.GetUtcNow());
            Monitor.PulseAll(Gate);
            return message;
        }
    }

    /// <summary>Every message of a topic, partition by partition, in offset order; empty where the topic is unknown.</summary>
    public IReadOnlyList<ReceivedMessage> GetMessages(string topic)
    {
        lock (Gate)
        {
            return _topics.TryGetValue(topic, out var found)
                ? [.. Enumerable.Range(0, found.Partitions).SelectMany(partition => found[partition])]
                : [];
        }
    }

    /// <summary>The offset that a group has committed for a partition, or null.</summary>
    public long? GetCommittedOffset(string groupId, string topic, int partition)
    {
        lock (Gate)
        {
            return _groups.TryGetValue(groupId, out var group) && group.Committed.TryGetValue(new TopicPartitionId(topic, partition), out var offset)
                ? offset
                : null;
        }
    }

    /// <summary>
    /// Expels the group's present members, as when their sessions time out: they learn it at their next receive, cannot commit until
    /// then, and join again. Their partitions are free at once.
    /// </summary>
    public void ExpelMembers(string groupId)
    {
        lock (Gate)
        {
            foreach (var member in Group(groupId).Members.ToList())
            {
                member.Expel(fenced: false);
            }

            Monitor.PulseAll(Gate);
        }
    }

    internal InMemoryTopic Topic(string topic)
    {
        if (!_topics.TryGetValue(topic, out var found))
        {
            MessageNames.RequireTopic(topic);
            _topics.Add(topic, found = new InMemoryTopic(topic, _defaultPartitions, null));
        }

        return found;
    }

    internal InMemoryGroup Group(string groupId)
    {
        if (!_groups.TryGetValue(groupId, out var group))
        {
            _groups.Add(groupId, group = new InMemoryGroup());
        }

        return group;
    }

    /// <summary>The number of partitions, or null where the topic is unknown.</summary>
    internal int? FindPartitions(string topic)
    {
        lock (Gate)
        {
            return _topics.TryGetValue(topic, out var found) ? found.Partitions : null;
        }
    }

    /// <summary>Appends unless the message is too large.</summary>
    /// <returns>The appended message, or null where the topic refuses it.</returns>
    internal ReceivedMessage? TryAppend(in OutgoingMessage message)
    {
        lock (Gate)
        {
            var topic = Topic(message.Topic);
            return Size(message) > topic.MaxMessageBytes ? null : Append(message.Topic, message.Key, message.Payload, message.Headers);
        }
    }

    private static long Size(in OutgoingMessage message) => (message.Key?.Length ?? 0L) + (message.Payload?.Length ?? 0)
        + message.Headers.Sum(header => header.Name.Length + (header.Value?.Length ?? 0));
}
