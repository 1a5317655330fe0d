using Outbox.Relay;

namespace Outbox.Tests.Relay;

public sealed class ReadPlanTests
{
    private readonly FakeWriters _writers = new();
    private readonly ReadFloor _floor;
    private readonly ReadPlan _plan;

    public ReadPlanTests()
    {
        _floor = new ReadFloor(_writers);
        _plan = new ReadPlan(batchSize: 3, _floor);
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
    public void Next_UndecidedRows_LooksAtAllOfThemThoughTheLastReadWasFull()
    {
        Read(4, 5, 6);

        _plan.ReadsOn.Should().BeTrue();
        _plan.HasUndecidedZone.Should().BeTrue();
        var next = _plan.Next();
        next.After.Should().Be(0, "a row below 4 may be committed late, and then with a later one of its key");
        next.ExceptIds.Should().BeEquivalentTo([4L, 5, 6], "they would fill the limit");
    }

    [Fact]
    public async Task Next_DecidedBacklog_GoesOnWhereTheLastReadEnded()
    {
        await ConfirmAsync(100);

        Read(1, 2, 3);

        _plan.Next().Should().BeEquivalentTo(new { After = 3L, ExceptIds = Array.Empty<long>(), Confirmed = 100L });
        _plan.HasUndecidedZone.Should().BeFalse();
    }

    [Fact]
    public void Next_StoreWithoutFloor_AlwaysBeginsAtTheLowestId()
    {
        var plan = new ReadPlan(batchSize: 3, floor: null);
        plan.Accept(plan.Next(), RelayRows.List(1, 2, 3));

        var next = plan.Next();

        next.After.Should().Be(0);
        next.ExceptIds.Should().BeEquivalentTo([1L, 2, 3]);
        plan.HasUndecidedZone.Should().BeFalse();
    }

    [Fact]
    public async Task Accept_ReadThatHitsItsLimit_MovesTheFloorOnlyAsFarAsItSaw()
    {
        Read(4, 5, 6);
        await ConfirmAsync(6);

        Read(1, 2, 3);

        _plan.Next().After.Should().Be(3, "more may be waiting between 3 and 6");
        _floor.Confirmed.Should().Be(6);
        Read();
        _plan.Next().After.Should().Be(6);
        _floor.Confirmed.Should().Be(0, "the next id can be looked for");
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
    public async Task Accept_WholeReadAfterTheConfirmation_MovesTheFloor()
    {
        Read(1, 2);
        await ConfirmAsync(2);

        Read();

        _plan.Next().After.Should().Be(2);
        _plan.HasUndecidedZone.Should().BeFalse();
    }

    [Fact]
    public async Task StartOver_Floor_IsForgotten()
    {
        Read(1, 2);
        await ConfirmAsync(2);
        Read();

        _plan.StartOver();

        _plan.Next().After.Should().Be(0);
        _plan.HasUndecidedZone.Should().BeFalse();
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
