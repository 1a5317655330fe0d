using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>What every <see cref="IInboxStore"/> does.</summary>
public abstract class InboxStoreSpecification : StorageSpecification
{
    private readonly Guid _first = Guid.NewGuid();
    private readonly Guid _second = Guid.CreateVersion7();

    protected virtual IInboxStore Store => Database.Seam<IInboxStore>();

    [SpecificationFact]
    public async Task MarkAsync_NewAndKnownIds_GivesTheNewOnes()
    {
        (await MarkAsync("billing", true, _first)).Should().Equal(_first);

        (await MarkAsync("billing", true, _first, _second, _second)).Should().Equal(_second);
        (await MarkAsync("billing", true, _first, _second)).Should().BeEmpty();
        (await MarkAsync("shipping", true, _first)).Should().Equal([_first], "each consumer has marks of its own");
        (await MarkAsync("billing", true)).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task MarkAsync_RolledBack_IsForgotten()
    {
        (await MarkAsync("billing", false, _first)).Should().Equal(_first);

        (await MarkAsync("billing", true, _first)).Should().Equal(_first);
    }

    [SpecificationFact]
    public async Task MarkAsync_Outcome_IsStoredWithItsTime()
    {
        await InTransactionAsync(true, context => Store.MarkAsync(context, "billing", [new InboxMark(_first, InboxOutcome.DeadLettered)], default));

        await using var context = Database.NewContext();
        var mark = await context.Set<InboxMessageRecord>().SingleAsync();
        (mark.Consumer, mark.MessageId, mark.Outcome, mark.Redrive).Should().Be(("billing", _first, InboxOutcome.DeadLettered, 0));
        mark.HandledAt.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
    }

    [SpecificationFact]
    public async Task MarkAsync_ThousandsOfIds_MarksThemAll()
    {
        var ids = Enumerable.Range(0, 2500).Select(_ => Guid.CreateVersion7()).ToArray();

        (await MarkAsync("billing", true, ids)).Should().HaveCount(2500);
        (await MarkAsync("billing", true, [.. ids, _first])).Should().Equal(_first);
    }

    [SpecificationFact]
    public async Task MarkAsync_AnotherIsMarkingTheSame_IsNotNewAfterItsCommit() =>
        (await MarkBehindAnotherAsync(firstCommits: true)).Should().Equal(_second);

    [SpecificationFact]
    public async Task MarkAsync_AnotherIsMarkingTheSame_IsNewAfterItsRollback() =>
        (await MarkBehindAnotherAsync(firstCommits: false)).Should().BeEquivalentTo([_first, _second]);

    [SpecificationFact]
    public async Task EveryWrite_WithoutTransaction_IsRefused()
    {
        await using var context = Database.NewContext();

        var mark = async () => await Store.MarkAsync(context, "billing", [new InboxMark(_first, InboxOutcome.Handled)], default);
        var claim = async () => await Store.ClaimOffsetsAsync(context, "billing", "orders", 0, 0, 1, default);
        var offset = async () => await Store.SetOffsetAsync(context, "billing", "orders", 0, 1, default);

        (await mark.Should().ThrowAsync<OutboxException>()).WithMessage("*BeginTransactionAsync*");
        (await claim.Should().ThrowAsync<OutboxException>()).WithMessage("*BeginTransactionAsync*");
        (await offset.Should().ThrowAsync<OutboxException>()).WithMessage("*BeginTransactionAsync*");
    }

    [SpecificationFact]
    public async Task SetOffsetAsync_NeverGoesBack()
    {
        (await OffsetAsync()).Should().BeNull();
        await SetOffsetAsync(7, true);
        (await OffsetAsync()).Should().Be(7);
        await SetOffsetAsync(5, true);
        (await OffsetAsync()).Should().Be(7);
        await SetOffsetAsync(20, false);
        (await OffsetAsync()).Should().Be(7, "the transaction was rolled back");
        await SetOffsetAsync(8, true);
        (await OffsetAsync()).Should().Be(8);
    }

    [SpecificationFact]
    public async Task LimitAndMarkAsync_NewAndKnownIds_GivesTheNewOnes()
    {
        (await MarkAsync("billing", true, _first)).Should().Equal(_first);

        (await LimitAndMarkAsync(_first, _second)).Should().Equal(_second);
        (await LimitAndMarkAsync(_first, _second)).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task ClaimOffsetsAsync_SomebodyHasComeFurther_IsRefusedAndMovesNothing()
    {
        (await ClaimAsync(0, 3, true)).Should().BeTrue("nobody was here before");
        (await ClaimAsync(3, 5, true)).Should().BeTrue();
        (await ClaimAsync(9, 10, true)).Should().BeTrue("a log has holes");
        (await ClaimAsync(9, 12, true)).Should().BeFalse("9 was handled");
        (await OffsetAsync()).Should().Be(10);
        (await ClaimAsync(10, 12, false)).Should().BeTrue();
        (await OffsetAsync()).Should().Be(10, "the transaction was rolled back");
    }

    [SpecificationFact]
    public async Task ClaimOffsetsAsync_AnotherIsClaimingTheSame_IsRefusedAfterItsCommit() =>
        (await ClaimBehindAnotherAsync(firstCommits: true)).Should().BeFalse();

    [SpecificationFact]
    public async Task ClaimOffsetsAsync_AnotherIsClaimingTheSame_IsGivenAfterItsRollback() =>
        (await ClaimBehindAnotherAsync(firstCommits: false)).Should().BeTrue();

    [SpecificationFact]
    public async Task MarkAsync_SameIdInAnotherScope_IsAnotherMark()
    {
        InboxMark[] marks = [new InboxMark(_first, InboxOutcome.Handled, Scope: 1), new InboxMark(_first, InboxOutcome.DeadLettered, Scope: 2)];
        foreach (var mark in marks)
        {
            (await InTransactionAsync(true, context => Store.MarkAsync(context, "billing", [mark], default))).Should().Equal([_first], "none has this scope");
            (await InTransactionAsync(true, context => Store.MarkAsync(context, "billing", [mark], default))).Should().BeEmpty();
        }

        (await InTransactionAsync(true, context => Store.MarkAsync(context, "billing", [marks[0] with { Redrive = 1 }], default))).Should().BeEmpty();
        (await InTransactionAsync(true, context => Store.MarkAsync(context, "billing", [marks[1] with { Redrive = 1 }], default))).Should().Equal(_first);
        await InTransactionAsync(true, async context =>
        {
            await Store.TakeBackMarksAsync(context, "billing", [marks[0]], default);
            return true;
        });

        await using var after = Database.NewContext();
        (await after.Set<InboxMessageRecord>().SingleAsync(row => row.Consumer == "billing")).Scope.Should().Be(2);
    }

    [SpecificationFact]
    public async Task TakeBackOffsetsAsync_GoesBack()
    {
        await InTransactionAsync(true, async context =>
        {
            (await Store.ClaimOffsetsAsync(context, "billing", "orders", 3, 0, 7, default)).Should().BeTrue();
            await Store.TakeBackOffsetsAsync(context, "billing", "orders", 3, 4, default);
            return true;
        });

        (await OffsetAsync()).Should().Be(4);
    }

    [SpecificationFact]
    public async Task RemoveOldMarksAsync_RemovesTheOldestFirstAndNeverDeferredOnes()
    {
        var ids = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        await MarkAsync("billing", true, ids);
        await MarkAsync("shipping", true, ids[0]);
        await AgeAsync(ids[0], 50, InboxOutcome.Handled);
        await AgeAsync(ids[1], 60, InboxOutcome.DeadLettered);
        await AgeAsync(ids[2], 70, InboxOutcome.Handled);
        await AgeAsync(ids[3], 80, InboxOutcome.Deferred);

        (await RemoveAsync(2)).Should().Be(2);
        (await LeftAsync()).Should().BeEquivalentTo([ids[0], ids[3], ids[4]]);
        (await RemoveAsync(2)).Should().Be(1);
        (await LeftAsync()).Should().BeEquivalentTo([ids[3], ids[4]]);
        (await RemoveAsync(2)).Should().Be(0);
        await using var context = Database.NewContext();
        (await context.Set<InboxMessageRecord>().CountAsync(row => row.Consumer == "shipping")).Should().Be(1);
    }

    private async Task<IReadOnlySet<Guid>> MarkBehindAnotherAsync(bool firstCommits)
    {
        var marked = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var first = Task.Run(() => InTransactionAsync(firstCommits, async context =>
        {
            var added = await Store.MarkAsync(context, "billing", [new InboxMark(_first, InboxOutcome.Handled)], default);
            marked.TrySetResult();
            await end.Task;
            return added;
        }));
        await marked.Task;
        var second = Task.Run(() => MarkAsync("billing", true, _second, _first));
        await Database.WaitUntilBlockedAsync();
        second.IsCompleted.Should().BeFalse("the other's end decides");
        end.SetResult();
        (await first).Should().Equal(_first);
        return await second;
    }

    private async Task<bool> ClaimBehindAnotherAsync(bool firstCommits)
    {
        await ClaimAsync(0, 1, true);
        var claimed = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var first = Task.Run(() => InTransactionAsync(firstCommits, async context =>
        {
            var isGiven = await Store.ClaimOffsetsAsync(context, "billing", "orders", 3, 1, 2, default);
            claimed.TrySetResult();
            await end.Task;
            return isGiven;
        }));
        await claimed.Task;
        var second = Task.Run(() => ClaimAsync(1, 2, true));
        await Database.WaitUntilBlockedAsync();
        second.IsCompleted.Should().BeFalse("the other's end decides");
        end.SetResult();
        (await first).Should().BeTrue();
        return await second;
    }

    private Task<bool> ClaimAsync(long first, long next, bool commit) => InTransactionAsync(
        commit, context => Store.ClaimOffsetsAsync(context, "billing", "orders", 3, first, next, default));

    private Task<IReadOnlySet<Guid>> LimitAndMarkAsync(params Guid[] ids) => InTransactionAsync(
        true,
        context => Store.LimitAndMarkAsync(
            context, "billing", Array.ConvertAll(ids, id => new InboxMark(id, InboxOutcome.Handled)), TimeSpan.FromSeconds(7), default));

    private Task<IReadOnlySet<Guid>> MarkAsync(string consumer, bool commit, params Guid[] ids) => InTransactionAsync(
        commit,
        context => Store.MarkAsync(context, consumer, Array.ConvertAll(ids, id => new InboxMark(id, InboxOutcome.Handled)), default));

    private Task<bool> SetOffsetAsync(long next, bool commit) => InTransactionAsync(commit, async context =>
    {
        await Store.SetOffsetAsync(context, "billing", "orders", 3, next, default);
        return true;
    });

    private async Task<long?> OffsetAsync()
    {
        await using var context = Database.NewContext();
        (await Store.GetOffsetAsync(context, "billing", "orders", 4, default)).Should().BeNull();
        return await Store.GetOffsetAsync(context, "billing", "orders", 3, default);
    }

    private async Task<int> RemoveAsync(int limit)
    {
        await using var context = Database.NewContext();
        return await Store.RemoveOldMarksAsync(context, "billing", TimeSpan.FromMinutes(40), limit, default);
    }

    private async Task<List<Guid>> LeftAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<InboxMessageRecord>().Where(row => row.Consumer == "billing").Select(row => row.MessageId).ToListAsync();
    }

    private async Task AgeAsync(Guid id, int minutes, InboxOutcome outcome)
    {
        await using var context = Database.NewContext();
        var handled = DateTime.UtcNow.AddMinutes(-minutes);
        await context.Set<InboxMessageRecord>().Where(row => row.Consumer == "billing" && row.MessageId == id)
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.HandledAt, handled).SetProperty(to => to.Outcome, outcome));
    }

    private async Task<T> InTransactionAsync<T>(bool commit, Func<DbContext, ValueTask<T>> work)
    {
        await using var context = Database.NewContext();
        return await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            var result = await work(context);
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
            return result;
        });
    }
}
