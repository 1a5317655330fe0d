using Microsoft.Extensions.Time.Testing;
using Outbox.Relay;
using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

public sealed class HeldBackTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RelayStatus _status;
    private readonly AsyncSignal _wake;
    private readonly PausedTopics _paused;
    private readonly HeldBack _held;

    public HeldBackTests()
    {
        _status = new RelayStatus(_time);
        _wake = new AsyncSignal(_time);
        _paused = new PausedTopics(new FakeControl(), _wake);
        _held = new HeldBack(new RelayOptions { MinBackoff = TimeSpan.FromSeconds(1), MaxBackoff = TimeSpan.FromSeconds(8) }, _status, _paused, _wake, _time);
    }

    public void Dispose() => _paused.Dispose();

    [Fact]
    public void HoldKey_WorksAtOnce_ForThatKeyOnly()
    {
        _held.HoldKey(RelayRows.New(1).KeyHash);

        _held.Holds(RelayRows.New(2)).Should().BeTrue();
        _held.Holds(RelayRows.New(3, key: "b")).Should().BeFalse();
        _held.KeyHashes.Should().ContainSingle();
    }

    [Fact]
    public async Task ReleaseKey_TakesEffectOnlyWhenTaken()
    {
        var row = RelayRows.New(1);
        _held.HoldKey(row.KeyHash);

        _held.ReleaseKey(row.KeyHash);

        _held.Holds(row).Should().BeTrue("lower rows of the key may have been skipped");
        _held.KeyHashes.Should().ContainSingle();
        (await _wake.WaitAsync(TimeSpan.Zero, CancellationToken.None)).Should().BeTrue("the relay has to take it");
        _held.TakeAdmitted().Should().BeTrue();
        _held.Holds(row).Should().BeFalse();
        _held.TakeAdmitted().Should().BeFalse();
    }

    [Fact]
    public void HoldKey_AfterReleasesThatNobodyTook_StaysHeld()
    {
        var row = RelayRows.New(1);
        _held.HoldKey(row.KeyHash);
        _held.ReleaseKey(row.KeyHash);
        _held.ReleaseKey(row.KeyHash);

        _held.HoldKey(row.KeyHash);

        _held.TakeAdmitted().Should().BeFalse();
        _held.Holds(row).Should().BeTrue();
    }

    [Fact]
    public void StallTopic_ItsTimeIsOver_TakesEffectOnlyWhenTaken()
    {
        var pause = _held.StallTopic("orders", "unknown");
        _held.TakeAdmitted().Should().BeFalse("its time is not over");
        _held.UntilNextAdmission().Should().BeCloseTo(pause, TimeSpan.FromMilliseconds(1));

        _time.Advance(pause);

        _held.Holds(RelayRows.New(1)).Should().BeTrue();
        _held.Topics.Should().Equal("orders");
        _held.TakeAdmitted().Should().BeTrue();
        _held.Holds(RelayRows.New(1)).Should().BeFalse();
        _held.Topics.Should().BeEmpty();
    }

    [Fact]
    public void StallTopic_AgainAndAgain_WaitsLongerUntilItWorks()
    {
        var first = StallAndAdmit();
        StallAndAdmit().Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1)).And.BeGreaterThanOrEqualTo(first);
        StallAndAdmit().Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));

        _held.TopicWorks("orders");

        _status.StalledTopics.Should().BeEmpty();
        StallAndAdmit().Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void StallTopic_WhileItIsStalled_ChangesNothing()
    {
        _held.StallTopic("orders", "unknown");

        _held.StallTopic("orders", "unknown").Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void TopicWorks_WhileItIsStalled_ChangesNothing()
    {
        _held.StallTopic("orders", "unknown");

        _held.TopicWorks("orders");

        _held.Holds(RelayRows.New(1)).Should().BeTrue("a message from before the stall says nothing");
    }

    [Fact]
    public void Block_PartitionUnknown_TheTopicWaitsUntilItIsUnblocked()
    {
        var poison = RelayRows.New(1);
        _held.Block(poison, null, "too large");
        _time.Advance(TimeSpan.FromDays(1));
        _held.TakeAdmitted().Should().BeFalse();
        _held.Topics.Should().Equal("orders");
        _status.StalledTopics.Should().ContainKey("orders");

        _held.Unblock(poison);

        _held.Holds(RelayRows.New(2, key: "b")).Should().BeTrue();
        _held.TakeAdmitted().Should().BeTrue();
        _held.Holds(RelayRows.New(2, key: "b")).Should().BeFalse();
        _held.Topics.Should().BeEmpty();
        _status.StalledTopics.Should().BeEmpty();
    }

    [Fact]
    public void Block_Partition_HoldsItsKeysAndNoOther()
    {
        var poison = Row(1, hash: 5);

        _held.Block(poison, new HeldPartition("orders", 2, 3), "too large").Name.Should().Be("orders [2]");

        _held.Holds(Row(2, hash: 8)).Should().BeTrue();
        _held.Holds(Row(3, hash: 9)).Should().BeFalse();
        _held.Holds(Row(4, hash: 8) with { Topic = "payments" }).Should().BeFalse();
        _held.Holds(Row(5, hash: 8) with { Key = null }).Should().BeFalse("it can go to any partition");
        _held.Partitions.Should().Equal(new HeldPartition("orders", 2, 3));
        _held.Topics.Should().BeEmpty();
        _status.StalledTopics.Keys.Should().Equal("orders [2]");
    }

    [Fact]
    public void Block_TwoMessagesOfOnePartition_ItWaitsForBoth()
    {
        var (first, second) = (Row(1, hash: 5), Row(2, hash: 8));
        _held.Block(first, new HeldPartition("orders", 2, 3), "too large");
        _held.Block(second, new HeldPartition("orders", 2, 3), "too large");

        _held.Unblock(first);
        _held.TakeAdmitted();

        _held.Holds(Row(3, hash: 8)).Should().BeTrue();
        _status.StalledTopics.Keys.Should().Equal("orders [2]");
        _held.Unblock(second);
        _held.TakeAdmitted();
        _held.Holds(Row(3, hash: 8)).Should().BeFalse();
    }

    [Fact]
    public void Block_AgainWithMorePartitions_HoldsTheOldOnesUntilTaken()
    {
        var poison = Row(1, hash: 5);
        _held.Block(poison, new HeldPartition("orders", 2, 3), "too large");

        _held.Block(poison, new HeldPartition("orders", 5, 6), "too large");
        _held.Block(poison, null, "too large");

        _held.Holds(Row(2, hash: 8)).Should().BeTrue("lower rows of its key may have been skipped");
        _held.TakeAdmitted().Should().BeTrue();
        _held.Holds(Row(2, hash: 8)).Should().BeFalse();
        _held.Partitions.Should().Equal([new HeldPartition("orders", 5, 6)], "a broker that does not answer changes nothing");
    }

    [Fact]
    public void HoldsAlone_MessagesThatBlockEachOther_TheLowestGoesFirst()
    {
        var (first, second) = (Row(1, hash: 5), Row(2, hash: 8));
        _held.Block(second, new HeldPartition("orders", 2, 3), "too large");
        _held.Block(first, null, "too large");

        _held.HoldsAlone(first).Should().BeFalse();
        _held.HoldsAlone(second).Should().BeTrue();
        _held.HoldsAlone(Row(3, hash: 9)).Should().BeTrue();
    }

    private static OutboxRow Row(long id, int hash) => RelayRows.New(id) with { KeyHash = hash };

    private TimeSpan StallAndAdmit()
    {
        var pause = _held.StallTopic("orders", "unknown");
        _time.Advance(pause);
        _held.TakeAdmitted().Should().BeTrue();
        return pause;
    }
}
