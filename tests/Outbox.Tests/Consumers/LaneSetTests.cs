using System.Globalization;
using System.Text;
using Outbox.Consumers;
using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

public sealed class LaneSetTests
{
    [Theory]
    [InlineData(4, 4)]
    [InlineData(6, 4)]
    [InlineData(16, 8)]
    [InlineData(12, 12)]
    public void IndexOf_KeysOfOnePartition_UsesEveryLaneAboutEqually(int partitions, int lanes)
    {
        var keys = Enumerable.Range(0, 100_000)
            .Select(i => Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)))
            .Where(key => OrderingKey.Hash(key, default) % partitions == 1)
            .ToList();

        var counts = keys.GroupBy(key => LaneSet.IndexOf(Message(key, 0), lanes)).Select(lane => lane.Count()).ToList();

        counts.Should().HaveCount(lanes);
        counts.Should().OnlyContain(count => count > keys.Count / lanes * 0.8 && count < keys.Count / lanes * 1.2);
    }

    [Fact]
    public void IndexOf_NoKey_SpreadsByOffset()
    {
        var lanes = Enumerable.Range(0, 1_000).GroupBy(offset => LaneSet.IndexOf(Message(null, offset), 8)).ToList();

        lanes.Should().HaveCount(8).And.OnlyContain(lane => lane.Count() > 100 && lane.Count() < 150);
    }

    private static ReceivedMessage Message(byte[]? key, long offset) => new()
    {
        Source = new TopicPartitionId("orders", 1),
        Offset = offset,
        Timestamp = default,
        Key = key,
        Payload = null,
        Headers = [],
    };
}
