using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Outbox.Transport;

namespace Outbox.Kafka.Receiving;

/// <summary>
/// Where partitions end and where the group stands, from the client's statistics: for partitions of which nothing has been
/// received yet, so that the client knows no position.
/// </summary>
internal sealed class LagStatistics
{
    private readonly Dictionary<TopicPartitionId, Offsets> _offsets = [];
    private readonly Dictionary<TopicPartitionId, long> _starts = [];

    /// <summary>Reads the client's statistics, which are JSON; the names are librdkafka's.</summary>
    public void Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("topics", out var topics))
        {
            return;
        }

        foreach (var topic in topics.EnumerateObject())
        {
            foreach (var partition in topic.Value.GetProperty("partitions").EnumerateObject())
            {
                if (int.TryParse(partition.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    _offsets[new TopicPartitionId(topic.Name, number)] = new Offsets(
                        partition.Value.GetProperty("lo_offset").GetInt64(),
                        partition.Value.GetProperty("hi_offset").GetInt64(),
                        partition.Value.GetProperty("committed_offset").GetInt64());
                }
            }
        }
    }

    /// <summary>The partition was started at this offset.</summary>
    public void Start(TopicPartitionId partition, long offset) => _starts[partition] = offset;

    /// <summary>The partition is somebody else's.</summary>
    public void Forget(TopicPartitionId partition)
    {
        _offsets.Remove(partition);
        _starts.Remove(partition);
    }

    /// <summary>How many messages behind the end; null where the end or the position is unknown.</summary>
    public long? Lag(TopicPartitionId partition, Offset position, Offset end)
    {
        var known = _offsets.GetValueOrDefault(partition, Offsets.Unknown);
        var high = end.IsSpecial ? known.High : end.Value;
        long? at = position.IsSpecial ? Start(partition, known) : position.Value;
        return high >= 0 && at >= 0 ? Math.Max(0, high - at.Value) : null;
    }

    private long Start(TopicPartitionId partition, Offsets known) =>
        _starts.TryGetValue(partition, out var start) ? start : known.Committed >= 0 ? known.Committed : known.Low;

    private readonly record struct Offsets(long Low, long High, long Committed)
    {
        public static Offsets Unknown { get; } = new(-1, -1, -1);
    }
}
