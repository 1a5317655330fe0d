using Microsoft.Extensions.Logging;
using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>The lanes of one consumer.</summary>
internal sealed class LaneSet
{
    private readonly Lane[] _lanes;
    private int _hasFailed;

    public LaneSet(int lanes, int capacity, LaneHandling handling, ILogger<Lane> logger)
    {
        _lanes = new Lane[lanes];
        for (var i = 0; i < lanes; i++)
        {
            _lanes[i] = new Lane(capacity, handling, () => Interlocked.Exchange(ref _hasFailed, 1), logger);
        }
    }

    /// <summary>A key is always in the same lane; messages without a key are spread.</summary>
    public Lane For(ReceivedMessage message) => _lanes[IndexOf(message, _lanes.Length)];

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
