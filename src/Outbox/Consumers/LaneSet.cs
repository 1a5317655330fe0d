using System.Text;
using Microsoft.Extensions.Logging;
using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>The lanes of one consumer.</summary>
internal sealed class LaneSet
{
    private readonly Lane[] _lanes;
    private readonly bool _byPartition;
    private int _hasFailed;

    /// <param name="lanes">How many.</param>
    /// <param name="capacity">How many messages wait in one.</param>
    /// <param name="byPartition">Whether a partition is always in the same lane, and not only a key.</param>
    /// <param name="handling">What they give their messages to.</param>
    /// <param name="bytes">Told of what leaves them.</param>
    /// <param name="logger">Told of failures inside the library.</param>
    public LaneSet(int lanes, int capacity, bool byPartition, LaneHandling handling, InFlightBytes bytes, ILogger<Lane> logger)
    {
        _byPartition = byPartition;
        _lanes = new Lane[lanes];
        for (var i = 0; i < lanes; i++)
        {
            _lanes[i] = new Lane(capacity, handling, bytes, () => Interlocked.Exchange(ref _hasFailed, 1), logger);
        }
    }

    /// <summary>A key is always in the same lane; messages without a key are spread, unless their partition is in one lane.</summary>
    public Lane For(ReceivedMessage message) =>
        _lanes[_byPartition ? IndexOf(message.Source, _lanes.Length) : IndexOf(message, _lanes.Length)];

    /// <summary>Whether a lane has lost a message since the last call.</summary>
    public bool TakeFailure() => Interlocked.Exchange(ref _hasFailed, 0) == 1;

    /// <summary>Takes no more; ends when every lane is empty. A handler that never returns keeps it from ending.</summary>
    public Task CompleteAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Complete();
        }

        return Task.WhenAll(_lanes.Select(lane => lane.Completion));
    }

    /// <summary>The partitions of a topic one after the other, beginning with a lane of the topic's own.</summary>
    internal static int IndexOf(TopicPartitionId partition, int lanes) =>
        (int)(((uint)OrderingKey.Murmur2(Encoding.UTF8.GetBytes(partition.Topic)) + (uint)partition.Partition) % (uint)lanes);

    internal static int IndexOf(ReceivedMessage message, int lanes)
    {
        var hash = message.Key is null
            ? (uint)message.Offset + ((uint)message.Source.Partition << 16)
            : (uint)OrderingKey.Murmur2(message.Key);

        // Partitions are chosen by the same hash: taken as it is, all keys of a partition could share one lane.
        var mixed = (hash ^ (hash >> 15)) * 0x9E3779B1;
        return (int)(((ulong)mixed * (uint)lanes) >> 32);
    }
}
