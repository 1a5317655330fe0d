using Microsoft.Extensions.Time.Testing;
using Outbox.Relay;

namespace Outbox.Tests.Relay;

public sealed class ReadPlanTests
{
    private static readonly TimeSpan ZoneInterval = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeWriters _writers = new();
    private readonly ReadFloor _floor;
    private readonly ReadPlan _plan;

    public ReadPlanTests()
    {
        _floor = new ReadFloor(_writers);
        _plan = new ReadPlan(batchSize: 3, _floor, ZoneInterval, _time);
    }

    [Fact]
    public void Accept_IdStillInHand_IsDroppedUntilForgotten()
    {
        Read(1);

        Read(1, 2).Should().Equal([2], "the delete of 1 may be under way");
        _plan.Next().ExceptIds.Should().BeEquivalentTo([1L, 2]);
        _plan.Forget([1]);

        Read(1, 2).Should().Equal(1);
    }

    [Fact]
    public void Accept_IdThatWasAcknowledgedBeforeTheSession_IsDropped()
    {
        _plan.StartOver();
        _plan.Know(7);

        _plan.Next().ExceptIds.Should().Equal(7);
        Read(6, 7).Should().Equal(6);
    }

    [Fact]
    public void StartOver_KnownIds_StayKnown()
    {
        Read(1, 2, 3);

        _plan.StartOver();

        Read(1, 2, 3).Should().BeEmpty();
        _plan.KnownCount.Should().Be(3);
    }

    [Fact]
    public void Next_AfterAFullRead_GoesOnFromTheCursor()
    {
        Read(1, 2, 3);

        _plan.Next().Should().BeEquivalentTo(new { After = 3L, Until = long.MaxValue, CoversZone = false });
        _plan.ReadsOn.Should().BeTrue();
    }

    [Fact]
    public void Next_AfterAReadThatWasNotFull_LooksAtEverythingAboveTheFloor()
    {
        Read(1, 2, 3);
        Read(4);

        _plan.Next().Should().BeEquivalentTo(new { After = 0L, Until = long.MaxValue, CoversZone = true }, "1 may be followed by a late commit");
    }

    [Fact]
    public void Next_StoreWithoutFloor_AlwaysBeginsAtTheLowestId()
    {
        var plan = new ReadPlan(batchSize: 3, floor: null, ZoneInterval, _time);
        plan.Accept(plan.Next(), RelayRows.List(1, 2, 3));

        var next = plan.Next();

        next.Should().BeEquivalentTo(new { After = 0L, Until = long.MaxValue, CoversZone = true });
        next.ExceptIds.Should().BeEquivalentTo([1L, 2, 3]);
        plan.HasUndecidedZone.Should().BeFalse();
    }

    [Fact]
    public void Next_WhileEveryReadIsFull_LooksIntoTheZoneAtItsInterval()
    {
        Read(1, 2, 3);
        Read(4, 5, 6);
        _plan.Next().CoversZone.Should().BeFalse();

        _time.Advance(ZoneInterval);

        _plan.Next().Should().BeEquivalentTo(new { After = 0L, Until = 6L, CoversZone = true }, "a late commit must not wait for the end of the backlog");
        Read();
        _plan.Next().Should().BeEquivalentTo(new { After = 6L, CoversZone = false });
    }

    [Fact]
    public async Task Accept_ReadOfTheZoneThatHitsItsLimit_PromotesNothingAndIsMadeAgain()
    {
        Read(4, 5, 6);
        await ConfirmAsync(6);
        _time.Advance(ZoneInterval);

        Read(1, 2, 3);

        _floor.Confirmed.Should().Be(6);
        _plan.Next().Should().BeEquivalentTo(new { After = 0L, Until = 6L, CoversZone = true }, "more may be waiting there");
        Read();
        _plan.HasUndecidedZone.Should().BeFalse();
    }

    [Fact]
    public async Task Accept_ReadThatBeganBeforeTheConfirmation_PromotesNothing()
    {
        Read(1, 2);
        var early = _plan.Next();
        await ConfirmAsync(2);

        _plan.Accept(early, []);

        _floor.Confirmed.Should().Be(2, "a row may have been committed after that read looked");
        _plan.HasUndecidedZone.Should().BeTrue();
    }

    [Fact]
    public async Task Accept_ReadThatBeganBeforeThisConfirmationButAfterAnother_PromotesNothing()
    {
        Read(1, 2);
        await ConfirmAsync(1);
        var early = _plan.Next();
        _floor.Promote();
        await ConfirmAsync(2);

        _plan.Accept(early, []);

        _floor.Confirmed.Should().Be(2);
    }

    [Fact]
    public async Task Accept_ReadFromTheCursor_PromotesNothing()
    {
        Read(1, 2, 3);
        await ConfirmAsync(3);

        Read(4);

        _floor.Confirmed.Should().Be(3, "it looked at nothing below the cursor");
    }

    [Fact]
    public async Task Accept_WholeReadAfterTheConfirmation_MovesTheFloor()
    {
        Read(1, 2);
        await ConfirmAsync(2);

        Read();

        _plan.Next().After.Should().Be(2);
        _plan.HasUndecidedZone.Should().BeFalse();
    }

    [Fact]
    public async Task Accept_ConfirmedIdAboveTheCursor_MovesTheFloorToTheCursorOnly()
    {
        Read(1, 2);
        await ConfirmAsync(50);

        Read();

        _plan.Next().After.Should().Be(2, "nothing was read above it");
    }

    [Fact]
    public async Task StartOver_FloorAndCursor_AreForgotten()
    {
        Read(1, 2);
        await ConfirmAsync(2);
        Read();

        _plan.StartOver();

        _plan.Next().Should().BeEquivalentTo(new { After = 0L, Until = long.MaxValue, CoversZone = true });
    }

    private List<long> Read(params long[] ids)
    {
        var rows = RelayRows.List(ids);
        _plan.Accept(_plan.Next(), rows);
        return rows.ConvertAll(row => row.Id);
    }

    private async Task ConfirmAsync(long id)
    {
        _writers.LastId = id;
        await _floor.StepAsync(CancellationToken.None);
        _floor.Confirmed.Should().Be(id);
    }
}
