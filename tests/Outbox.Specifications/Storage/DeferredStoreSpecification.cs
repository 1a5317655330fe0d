using Microsoft.EntityFrameworkCore;
using Outbox.Messages;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>What the store of deferred messages does.</summary>
public abstract class DeferredStoreSpecification : StorageSpecification
{
    private static readonly DateTime Now = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    private IDeferredStore Store => Database.Seam<IDeferredStore>();

    [SpecificationFact]
    public async Task AddAsync_Message_KeepsEverything()
    {
        var row = Row(5, "key", Now.AddSeconds(1.25));
        row.Payload = null;
        row.Error = "é";
        await AddAsync(row, Row(5, "key", Now, consumer: "shipping"));

        var stored = (await RowsAsync()).Single(found => found.Consumer == "billing");

        stored.Should().BeEquivalentTo(row, options => options.Excluding(found => found.Id)
            .Using<DateTime>(time => time.Subject.Ticks.Should().Be(time.Expectation.Ticks)).WhenTypeIs<DateTime>());
    }

    [SpecificationFact]
    public async Task AddAsync_SameSource_IsStoredOnceUnlessItIsAnotherMessage()
    {
        var row = Row(5, "key", Now);
        await AddAsync(row);
        await AddAsync(row);
        await AddAsync(Row(5, "key", Now));

        (await RowsAsync()).Should().HaveCount(2, "a topic that was made anew has the same offsets with other messages");
    }

    [SpecificationFact]
    public async Task ReadDueAsync_DueAndLater_GivesTheFirstOfEachOwnedKeyByTime()
    {
        await AddAsync(
            Row(1, "a", Now.AddSeconds(-1)), Row(2, "a", Now.AddSeconds(-2)), Row(3, "b", Now.AddSeconds(-3)), Row(4, null, Now.AddSeconds(-4)),
            Row(5, null, Now.AddSeconds(-5)), Row(6, "c", Now.AddSeconds(1)), Row(7, "c", Now.AddSeconds(-7)), Row(8, "d", Now, partition: 9),
            Row(9, "e", Now, consumer: "shipping"));

        (await DueAsync()).Should().Equal(5, 4, 3, 1);
        (await RowsAsync()).Where(row => row.Offset is 2 or 7).Should().OnlyContain(row => row.DueAt > Now, "what is behind is put off");
        (await DueAsync(inOrder: false)).Should().Equal(5, 4, 3, 1);
        (await DueAsync(most: 2)).Should().Equal(5, 4);
    }

    [SpecificationFact]
    public async Task ReadDueAsync_HundredsBehindOneKey_StillFindsTheOthers()
    {
        var behind = Enumerable.Range(1, 700).Select(i => Row(i, "hot", Now.AddHours(-1))).ToArray();
        behind[0].DueAt = Now.AddHours(1);
        await AddAsync([.. behind, Row(5_000, "other", Now)]);

        (await DueAsync()).Should().Equal(5_000);
        (await DueAsync()).Should().Equal(5_000);
    }

    [SpecificationFact]
    public async Task FindWaitingAsync_SomeWait_GivesExactlyThose()
    {
        await AddAsync(Row(1, "a", Now), Row(2, "a", Now), Row(3, "b", Now), Row(4, null, Now), Row(5, "c", Now, consumer: "shipping"));

        var waiting = await InTransactionAsync(
            true, context => Store.FindWaitingAsync(context, "billing", [Key("a"), Key("b"), Key("c"), Key("d"), Key("a", "invoices")], default));

        waiting.Should().BeEquivalentTo([Key("a"), Key("b")]);
    }

    [SpecificationFact]
    public async Task FindWaitingAsync_KeysWithTheSameHash_AreKeptApart()
    {
        var row = Row(1, "a", Now);
        row.KeyHash = 7;
        await AddAsync(row);

        var waiting = await InTransactionAsync(true, context => Store.FindWaitingAsync(
            context, "billing", [new DeferredKey("orders", 7, "a"u8.ToArray()), new DeferredKey("orders", 7, "b"u8.ToArray())], default));

        waiting.Should().ContainSingle().Which.Key.Should().Equal("a"u8.ToArray());
    }

    [SpecificationFact]
    public async Task TakeAsync_First_SetsTheMarkAndDeletesTheRow()
    {
        await AddAsync(Row(1, "a", Now), Row(2, "a", Now));
        var rows = await RowsAsync();
        await MarkAsync(rows);

        (await TakeAsync(true, rows[1])).Should().BeFalse("another is to go first");
        (await TakeAsync(false, rows[0])).Should().BeTrue();
        (await RowsAsync()).Should().HaveCount(2, "it was rolled back");
        (await TakeAsync(true, rows[0])).Should().BeTrue();
        (await TakeAsync(true, rows[0])).Should().BeFalse("it is gone");

        (await RowsAsync()).Should().ContainSingle().Which.Offset.Should().Be(2);
        await using var context = Database.NewContext();
        (await context.Set<InboxMessageRecord>().SingleAsync(mark => mark.MessageId == rows[0].MessageId)).Outcome.Should().Be(InboxOutcome.Handled);
        (await context.Set<InboxMessageRecord>().SingleAsync(mark => mark.MessageId == rows[1].MessageId)).Outcome.Should().Be(InboxOutcome.Deferred);
    }

    [SpecificationFact]
    public async Task TakeAsync_AnotherHasTakenIt_IsRefusedAndLeavesTheOtherAlone()
    {
        await AddAsync(Row(1, "a", Now));
        var row = (await RowsAsync()).Single();
        var taken = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var first = Task.Run(() => InTransactionAsync(true, async context =>
        {
            var isTaken = await Store.TakeAsync(context, row, InboxOutcome.Handled, true, default);
            taken.TrySetResult();
            await end.Task;
            return isTaken;
        }));
        await taken.Task;
        var second = Task.Run(() => TakeAsync(true, row));
        if (LocksRows)
        {
            (await second.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeFalse("it does not wait");
        }

        end.SetResult();
        (await first).Should().BeTrue();
        (await second).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task TakeAsync_AnotherHasTriedIt_IsRefused()
    {
        await AddAsync(Row(1, "a", Now));
        var (row, stale) = ((await RowsAsync()).Single(), (await RowsAsync()).Single());
        row.Retries = 1;
        row.DueAt = Now.AddHours(1);

        (await Store.PostponeAsync(row, 0, default)).Should().BeTrue();
        (await Store.PostponeAsync(row, 0, default)).Should().BeFalse("the first has stored its failure");
        (await TakeAsync(true, stale)).Should().BeFalse();
        (await TakeAsync(true, row)).Should().BeTrue();
    }

    [SpecificationFact]
    public async Task ReadFirstAsync_TriedOrNot_WaitsOnlyForWhatWasTried()
    {
        await AddAsync(Row(1, "a", Now.AddHours(1)), Row(2, "a", Now));
        var first = (await RowsAsync()).Single(row => row.Offset == 1);

        (await Store.ReadFirstAsync("billing", Key("a"), Now, default))!.Offset.Should().Be(1, "it was never tried");
        (first.Retries, first.Attempts) = (1, 6);
        await Store.PostponeAsync(first, 0, default);
        (await Store.ReadFirstAsync("billing", Key("a"), Now, default)).Should().BeNull("its time has not come, and nothing passes it");
        (await Store.ReadFirstAsync("billing", Key("a"), Now.AddHours(1), default))!.Offset.Should().Be(1);
        (await Store.ReadFirstAsync("billing", Key("b"), Now, default)).Should().BeNull();
    }

    [SpecificationFact]
    public async Task CountTopicsAsync_Topics_AreCounted()
    {
        var other = Row(3, "a", Now);
        other.Topic = "invoices";
        await AddAsync(Row(1, "a", Now), Row(2, "a", Now), other, Row(4, "a", Now, consumer: "shipping"));

        (await Store.CountTopicsAsync("billing", default)).Should().BeEquivalentTo(new Dictionary<string, long> { ["orders"] = 2, ["invoices"] = 1 });
    }

    [SpecificationFact]
    public async Task EveryWriteOfATransaction_WithoutOne_IsRefused()
    {
        await using var context = Database.NewContext();

        var add = async () => await Store.AddAsync(context, [Row(1, "a", Now)], default);
        var take = async () => await Store.TakeAsync(context, Row(1, "a", Now), InboxOutcome.Handled, true, default);

        (await add.Should().ThrowAsync<OutboxException>()).WithMessage("*BeginTransactionAsync*");
        (await take.Should().ThrowAsync<OutboxException>()).WithMessage("*BeginTransactionAsync*");
    }

    /// <summary>Whether the database passes over rows that are locked; otherwise a second taker waits.</summary>
    protected abstract bool LocksRows { get; }

    private static DeferredKey Key(string key, string topic = "orders")
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(key);
        return new DeferredKey(topic, OrderingKey.Hash(bytes, default), bytes);
    }

    private static InboxDeferredRecord Row(long offset, string? key, DateTime dueAt, string consumer = "billing", int partition = 1)
    {
        var id = Guid.NewGuid();
        var bytes = key is null ? null : System.Text.Encoding.UTF8.GetBytes(key);
        return new InboxDeferredRecord
        {
            Consumer = consumer,
            MessageId = id,
            KeyHash = OrderingKey.Hash(bytes, id),
            Topic = "orders",
            Partition = partition,
            Offset = offset,
            Key = bytes,
            Payload = [1, 2],
            Headers = "[]",
            SourceTimestamp = Now,
            FirstSeen = Now,
            DueAt = dueAt,
        };
    }

    private async Task AddAsync(params InboxDeferredRecord[] rows) => await InTransactionAsync(true, async context =>
    {
        await Store.AddAsync(context, rows, default);
        return true;
    });

    private async Task MarkAsync(List<InboxDeferredRecord> rows) => await InTransactionAsync(true, context => Database.Seam<IInboxStore>().MarkAsync(
        context, "billing", rows.ConvertAll(row => new InboxMark(row.MessageId, InboxOutcome.Deferred)), default));

    private Task<bool> TakeAsync(bool commit, InboxDeferredRecord row) =>
        InTransactionAsync(commit, context => Store.TakeAsync(context, row, InboxOutcome.Handled, true, default));

    private async Task<IEnumerable<long>> DueAsync(bool inOrder = true, int most = 100)
    {
        var due = await Store.ReadDueAsync(
            new DueQuery
            {
                Consumer = "billing",
                Partitions = new Dictionary<string, int[]> { ["orders"] = [0, 1, 2] },
                Now = Now,
                InOrder = inOrder,
                Except = [],
                Most = most,
            },
            default);
        return due.Select(row => row.Offset);
    }

    private async Task<List<InboxDeferredRecord>> RowsAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<InboxDeferredRecord>().AsNoTracking().OrderBy(row => row.Id).ToListAsync();
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
