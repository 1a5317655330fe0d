using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>What every <see cref="IScheduledStore"/> does, and how its messages are cancelled.</summary>
public abstract class ScheduledStoreSpecification : StorageSpecification
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTime Past = DateTime.UtcNow.AddHours(-1);
    private static readonly DateTime Future = DateTime.UtcNow.AddHours(1);

    protected IScheduledStore Store => Database.Seam<IScheduledStore>();

    private IBucketLeaseStore Leases => Database.Seam<IBucketLeaseStore>();

    [SpecificationFact]
    public async Task MoveDueAsync_SomeDue_MovesThemInTheOrderOfDueTimesAndIds()
    {
        var leases = await LeaseAllAsync();
        await ScheduleAsync(("c", Past.AddSeconds(2)), ("a", Past.AddSeconds(1)), ("later", Future), ("b", Past.AddSeconds(1)), ("first", Past));
        var before = await ScheduledAsync();

        (await Store.MoveDueAsync(BucketCount, leases, 100, default)).Should().Be(4);

        var moved = await WaitingAsync();
        moved.Select(row => row.Topic).Should().Equal("first", "a", "b", "c");
        moved.Should().BeEquivalentTo(
            before.Where(row => row.Topic != "later").Select(row => new { row.KeyHash, row.MessageId, row.Topic, row.Key, row.Payload, row.Headers }));
        moved.Should().AllSatisfy(row => row.CreatedAt.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5), "they wait from now on"));
        (await ScheduledAsync()).Should().ContainSingle().Which.Topic.Should().Be("later");
    }

    [SpecificationFact]
    public async Task MoveDueAsync_MoreThanAsked_MovesTheEarliest()
    {
        var leases = await LeaseAllAsync();
        await ScheduleAsync(("3", Past.AddSeconds(3)), ("1", Past.AddSeconds(1)), ("2", Past.AddSeconds(2)));

        (await Store.MoveDueAsync(BucketCount, leases, 2, default)).Should().Be(2);
        (await Store.MoveDueAsync(BucketCount, leases, 2, default)).Should().Be(1);

        (await WaitingAsync()).Select(row => row.Topic).Should().Equal("1", "2", "3");
    }

    [SpecificationFact]
    public async Task MoveDueAsync_SoonDue_MovesItThenAndNotBefore()
    {
        var leases = await LeaseAllAsync();
        var due = DateTime.UtcNow.AddMilliseconds(300);
        await ScheduleAsync(("a", due));

        await Eventually.BeTrueAsync(async () => await Store.MoveDueAsync(BucketCount, leases, 100, default) == 1, "it is due");

        DateTime.UtcNow.Should().BeOnOrAfter(due);
    }

    [SpecificationFact]
    public async Task MoveDueAsync_LargeBatch_KeepsTheOrder()
    {
        var leases = await LeaseAllAsync();
        var order = Enumerable.Range(0, 2_500).Select(i => $"{i:0000}").ToArray();
        var shuffled = order.Select((topic, i) => (topic, Past.AddMilliseconds(i))).ToArray();
        new Random(7).Shuffle(shuffled);
        await ScheduleAsync(shuffled);

        (await Store.MoveDueAsync(BucketCount, leases, 10_000, default)).Should().Be(2_500);

        (await WaitingAsync()).Select(row => row.Topic).Should().Equal(order);
        (await ScheduledAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task MoveDueAsync_OldEpoch_MovesNothing()
    {
        var old = await LeaseAllAsync();
        await ScheduleAsync(("a", Past));
        await using (var context = Database.NewContext())
        {
            await context.Set<OutboxBucketRecord>().ExecuteUpdateAsync(row => row.SetProperty(to => to.LeaseUntil, Past));
        }

        var current = await LeaseAllAsync();

        (await Store.MoveDueAsync(BucketCount, old, 100, default)).Should().Be(0);
        (await WaitingAsync()).Should().BeEmpty();
        (await Store.MoveDueAsync(BucketCount, current, 100, default)).Should().Be(1);
    }

    [SpecificationFact]
    public async Task MoveDueAsync_ReleasedLease_MovesNothing()
    {
        var relay = NewRelay();
        var leases = await LeaseAllAsync(relay);
        await ScheduleAsync(("a", Past));
        await Leases.ReleaseAsync(relay, leases, default);

        (await Store.MoveDueAsync(BucketCount, leases, 100, default)).Should().Be(0);
        (await Store.MoveDueAsync(BucketCount, [], 100, default)).Should().Be(0);
    }

    [SpecificationFact]
    public async Task MoveDueAsync_SomeBuckets_LeavesTheOthers()
    {
        var leases = await LeaseAllAsync();
        await ScheduleAsync([.. Enumerable.Range(0, 40).Select(i => ($"{i}", Past))]);
        var mine = leases.Where(lease => lease.Bucket is 1 or 6).ToList();

        await Store.MoveDueAsync(BucketCount, mine, 100, default);

        (await WaitingAsync()).Should().NotBeEmpty().And.OnlyContain(row => row.KeyHash % BucketCount == 1 || row.KeyHash % BucketCount == 6);
        (await ScheduledAsync()).Should().NotBeEmpty().And.NotContain(row => row.KeyHash % BucketCount == 1 || row.KeyHash % BucketCount == 6);
    }

    [SpecificationFact]
    public async Task GetUntilNextAsync_TellsTheTimeUntilTheEarliestOfTheBuckets()
    {
        var all = new BucketSet(BucketCount, Enumerable.Range(0, BucketCount));
        (await Store.GetUntilNextAsync(all, default)).Should().BeNull();
        var rows = await ScheduleAsync(("a", Future), ("b", Future.AddHours(1)));

        (await Store.GetUntilNextAsync(all, default)).Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5));
        var none = Enumerable.Range(0, BucketCount).Except(rows.Select(row => row.KeyHash % BucketCount));
        (await Store.GetUntilNextAsync(new BucketSet(BucketCount, none), default)).Should().BeNull("another owner looks after those");
        await ScheduleAsync(("c", Past));
        (await Store.GetUntilNextAsync(all, default)).Should().BeLessThan(TimeSpan.Zero);
    }

    [SpecificationFact]
    public async Task CancelScheduledAsync_BeforeAndAfterTheMove_TellsWhetherItIsSent()
    {
        var leases = await LeaseAllAsync();
        await using var context = Database.NewContext();
        var kept = context.EnqueueAt(new RawMessage("kept", null, [1]), Past);
        var cancelled = context.EnqueueAt(new RawMessage("cancelled", null, [1]), Past);
        (await context.CancelScheduledAsync(cancelled)).Should().BeFalse("it is not saved yet");
        await context.SaveChangesAsync();

        (await context.CancelScheduledAsync(cancelled)).Should().BeTrue();
        (await context.CancelScheduledAsync(cancelled)).Should().BeFalse("it is gone");
        await Store.MoveDueAsync(BucketCount, leases, 100, default);

        (await context.CancelScheduledAsync(kept)).Should().BeFalse("it is on its way");
        (await WaitingAsync()).Should().ContainSingle().Which.MessageId.Should().Be(kept);
    }

    [SpecificationFact]
    public async Task CancelScheduledAsync_InATransaction_StandsAndFallsWithIt()
    {
        await using var context = Database.NewContext();
        var id = context.EnqueueAfter(new RawMessage("a", null, [1]), Minute);
        await context.SaveChangesAsync();

        await CancelAsync(commit: false);
        (await ScheduledAsync()).Should().ContainSingle("the transaction was rolled back");
        await CancelAsync(commit: true);
        (await ScheduledAsync()).Should().BeEmpty();

        Task CancelAsync(bool commit) => context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            (await context.CancelScheduledAsync(id)).Should().BeTrue();
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        });
    }

    protected async Task<IReadOnlyList<BucketLease>> LeaseAllAsync(RelayIdentity? relay = null)
    {
        await Leases.SeedAsync(BucketCount, default);
        return await Leases.AcquireAsync(relay ?? NewRelay(), BucketCount, Minute, default);
    }

    /// <summary>Schedules messages without a key, whose topics name them.</summary>
    internal async Task<List<OutboxScheduledRecord>> ScheduleAsync(params (string Topic, DateTime DueAt)[] messages)
    {
        await using var context = Database.NewContext();
        foreach (var (topic, dueAt) in messages)
        {
            context.EnqueueAt(new RawMessage(topic, null, [1]), dueAt);
        }

        await context.SaveChangesAsync();
        return await ScheduledAsync();
    }

    internal async Task<List<OutboxMessageRecord>> WaitingAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<OutboxMessageRecord>().OrderBy(row => row.Id).ToListAsync();
    }

    internal async Task<List<OutboxScheduledRecord>> ScheduledAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<OutboxScheduledRecord>().OrderBy(row => row.Id).ToListAsync();
    }

    private static RelayIdentity NewRelay() => new(Guid.NewGuid(), "host", "1", BucketCount);
}
