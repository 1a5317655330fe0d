using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>One topic. Every member is called under the broker's lock.</summary>
internal sealed class InMemoryTopic
{
    private readonly List<ReceivedMessage>[] _partitions;
    private uint _nextWithoutKey;

    public InMemoryTopic(string name, int partitions, int? maxMessageBytes, bool isCompacted = false)
    {
        Name = name;
        IsCompacted = isCompacted;
        MaxMessageBytes = maxMessageBytes ?? int.MaxValue;
        _partitions = new List<ReceivedMessage>[partitions];
        for (var i = 0; i < partitions; i++)
        {
            _partitions[i] = [];
        }
    }

    public string Name { get; }

    public int MaxMessageBytes { get; }

    /// <summary>Only said: every message is kept.</summary>
    public bool IsCompacted { get; }

    public int Partitions => _partitions.Length;

    public IReadOnlyList<ReceivedMessage> this[int partition] => _partitions[partition];

    public ReceivedMessage Append(byte[]? key, byte[]? payload, MessageHeaders headers, DateTimeOffset timestamp)
    {
        var partition = key is null ? (int)(_nextWithoutKey++ % _partitions.Length) : OrderingKey.Hash(key, default) % _partitions.Length;
        var message = new ReceivedMessage
        {
            Source = new TopicPartitionId(Name, partition),
            Offset = _partitions[partition].Count,
            Timestamp = timestamp,
            Key = (byte[]?)key?.Clone(),
            Payload = (byte[]?)payload?.Clone(),
            Headers = headers,
        };
        _partitions[partition].Add(message);
        return message;
    }
}
