using Confluent.Kafka;
using Outbox.Kafka.Receiving;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Receiving;

public sealed class LagStatisticsTests
{
    private static readonly TopicPartitionId Partition = new("orders", 3);
    private readonly LagStatistics _statistics = new();

    [Fact]
    public void Lag_PositionAndEndKnown_IsTheirDifference() => _statistics.Lag(Partition, 40, 100).Should().Be(60);

    [Fact]
    public void Lag_NothingKnown_IsUnknown() => _statistics.Lag(Partition, Offset.Unset, Offset.Unset).Should().BeNull();

    [Fact]
    public void Lag_NothingReceivedYet_CountsFromTheCommittedOffset()
    {
        Read(low: 5, high: 90, committed: 70);

        _statistics.Lag(Partition, Offset.Unset, Offset.Unset).Should().Be(20);
    }

    [Fact]
    public void Lag_NothingReceivedNorCommitted_CountsFromTheBeginning()
    {
        Read(low: 5, high: 90, committed: -1001);

        _statistics.Lag(Partition, Offset.Unset, 95).Should().Be(90);
    }

    [Fact]
    public void Lag_StartedByASeek_CountsFromThere()
    {
        Read(low: 5, high: 90, committed: 70);
        _statistics.Start(Partition, 80);

        _statistics.Lag(Partition, Offset.Unset, Offset.Unset).Should().Be(10);
    }

    [Fact]
    public void Lag_PartitionForgotten_IsUnknown()
    {
        Read(low: 5, high: 90, committed: 70);
        _statistics.Forget(Partition);

        _statistics.Lag(Partition, Offset.Unset, Offset.Unset).Should().BeNull();
    }

    [Fact]
    public void Read_OtherPartitionsAndNoTopics_AreNoHarm()
    {
        _statistics.Read("{}");

        _statistics.Lag(Partition, Offset.Unset, Offset.Unset).Should().BeNull();
    }

    private void Read(long low, long high, long committed) => _statistics.Read(
        $$$"""
        {"topics":{"orders":{"partitions":{
            "3":{"lo_offset":{{{low}}},"hi_offset":{{{high}}},"committed_offset":{{{committed}}} },
            "-1":{"lo_offset":0,"hi_offset":0,"committed_offset":0} } } } }
        """);
}
