using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>What every <see cref="IOutboxStore"/> does.</summary>
public abstract partial class OutboxStoreSpecification : StorageSpecification
{
    private static readonly BucketSet All = new(BucketCount, Enumerable.Range(0, BucketCount));

    private IOutboxStore Store => Database.Seam<IOutboxStore>();

    [SpecificationFact]
    public async Task ReadAsync_WaitingMessages_GivesEveryColumnInTheOrderOfIds()
    {
        var first = StorageDatabase.Message("orders", "kunde-ö", [0, 255, 10], """[["name","wört"],["none",null]]""");
        var tombstone = StorageDatabase.Message("orders", null);
        tombstone.Payload = null;
        await Database.InsertAsync(first, tombstone);

        var rows = await ReadAsync(new OutboxRead { Buckets = All, Limit = 10 });

        rows.Select(row => row.Id).Should().Equal(first.Id, tombstone.Id);
        rows[0].MessageId.Should().Be(first.MessageId);
        rows[0].KeyHash.Should().Be(first.KeyHash);
        rows[0].Topic.Should().Be("orders");
        rows[0].Key.Should().Equal(Encoding.UTF8.GetBytes("kunde-ö"));
        rows[0].Payload.Should().Equal(0, 255, 10);
        Encoding.UTF8.GetString(rows[0].Headers.Span).Should().Be("""[["name","wört"],["none",null]]""");
        rows[0].CreatedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        rows[1].Key.Should().BeNull();
        rows[1].Payload.Should().BeNull();
    }

    [SpecificationFact]
    public async Task ReadAsync_Bounds_GivesTheLowestIdsWithinThem()
    {
        var ids = await InsertAsync(6);

        var rows = await ReadAsync(new OutboxRead { Buckets = All, After = ids[0], Until = ids[4], Limit = 3 });

        rows.Select(row => row.Id).Should().Equal(ids[1], ids[2], ids[3]);
        (await ReadAsync(new OutboxRead { Buckets = All, After = ids[3], Until = ids[4], Limit = 3 })).Should().HaveCount(1);
    }

    [SpecificationFact]
    public async Task ReadAsync_SomeBuckets_GivesTheirKeysOnly()
    {
        await InsertAsync(40);
        var even = new BucketSet(BucketCount, [0, 2, 4, 6]);
        var odd = new BucketSet(BucketCount, [1, 3, 5, 7]);

        var mine = await ReadAsync(new OutboxRead { Buckets = even, Limit = 100 });
        var others = await ReadAsync(new OutboxRead { Buckets = odd, Limit = 100 });

        mine.Should().NotBeEmpty().And.OnlyContain(row => even.ContainsKey(row.KeyHash));
        others.Should().NotBeEmpty().And.OnlyContain(row => odd.ContainsKey(row.KeyHash));
        (mine.Count + others.Count).Should().Be(40);
    }

    [SpecificationFact]
    public async Task ReadAsync_Exceptions_LeavesThemOut()
    {
        var flowing = StorageDatabase.Message("orders", "a");
        var inFlight = StorageDatabase.Message("orders", "b");
        var stalled = StorageDatabase.Message("paused", "c");
        var held = StorageDatabase.Message("orders", "d");
        await Database.InsertAsync(inFlight, stalled, held, flowing);

        var rows = await ReadAsync(new OutboxRead
        {
            Buckets = new BucketSet(1, [0]),
            Limit = 10,
            ExceptIds = [inFlight.Id],
            ExceptTopics = ["paused"],
            ExceptKeyHashes = [held.KeyHash],
        });

        rows.Select(row => row.Id).Should().Equal(flowing.Id);
    }

    [SpecificationFact]
    public async Task ReadAsync_HeldPartitions_LeavesTheirKeysOut()
    {
        var (first, second) = (StorageDatabase.Message("orders", "a"), StorageDatabase.Message("orders", "b"));
        second.KeyHash = first.KeyHash ^ 1;
        var elsewhere = StorageDatabase.Message("payments", "a");
        var keyless = StorageDatabase.Message("orders", null);
        keyless.KeyHash = first.KeyHash;
        var (third, fourth) = (StorageDatabase.Message("refunds", "a"), StorageDatabase.Message("refunds", "b"));
        (third.KeyHash, fourth.KeyHash) = (12, 14);
        await Database.InsertAsync(first, second, elsewhere, keyless, third, fourth);

        var rows = await ReadAsync(new OutboxRead
        {
            Buckets = All,
            Limit = 10,
            ExceptPartitions = [new("orders", first.KeyHash % 2, 2), new("refunds", 2, 5), new("refunds", 1, 5)],
        });

        rows.Select(row => row.Id).Should().Equal([second.Id, elsewhere.Id, keyless.Id, fourth.Id], "a message without a key belongs to no partition");
    }

    [SpecificationFact]
    public async Task ReadAsync_ThousandsOfExceptions_AreNotTooMany()
    {
        var ids = await InsertAsync(3);
        var except = Enumerable.Range(1000, 40_000).Select(id => (long)id).Append(ids[1]).ToHashSet();

        var rows = await ReadAsync(new OutboxRead { Buckets = All, Limit = 10, ExceptIds = except });

        rows.Select(row => row.Id).Should().Equal(ids[0], ids[2]);
    }

    [SpecificationFact]
    public async Task ReadAsync_OneTopic_MakesOneString()
    {
        await InsertAsync(2);

        var rows = await ReadAsync(new OutboxRead { Buckets = All, Limit = 10 });

        rows[0].Topic.Should().BeSameAs(rows[1].Topic);
    }

    [SpecificationFact]
    public async Task ReadAsync_MessageOfAnOpenTransaction_IsReadOnlyOnceItIsCommitted()
    {
        await using var reader = await Store.OpenReaderAsync(default);
        await using var writer = Database.NewContext();
        var rows = new List<OutboxRow>();
        await writer.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await writer.Database.BeginTransactionAsync();
            writer.Add(StorageDatabase.Message("orders", "late"));
            await writer.SaveChangesAsync();
            await reader.ReadAsync(new OutboxRead { Buckets = All, Limit = 10 }, rows, default);
            rows.Should().BeEmpty();
            await transaction.CommitAsync();
        });

        await reader.ReadAsync(new OutboxRead { Buckets = All, Limit = 10 }, rows, default);

        rows.Should().HaveCount(1);
    }

    [SpecificationFact]
    public async Task DeleteAsync_Ids_RemovesThemAndPassesOverThoseThatAreGone()
    {
        var ids = await InsertAsync(3);
        await using var settler = await Store.OpenSettlerAsync(default);

        (await settler.DeleteAsync([ids[0], ids[2], long.MaxValue], default)).Should().Be(2);
        (await settler.DeleteAsync(new List<long> { ids[0] }, default)).Should().Be(0);
        (await settler.DeleteAsync([], default)).Should().Be(0);

        (await ReadAsync(new OutboxRead { Buckets = All, Limit = 10 })).Select(row => row.Id).Should().Equal(ids[1]);
    }

    [SpecificationFact]
    public async Task DeleteAsync_FiftyThousandIds_IsOneCall()
    {
        var ids = await InsertAsync(2);
        await using var settler = await Store.OpenSettlerAsync(default);

        (await settler.DeleteAsync([.. Enumerable.Range(1, 50_000).Select(id => (long)id)], default)).Should().Be(ids.Length);
    }

    [SpecificationFact]
    public async Task GetBacklogAsync_CountsWhatWaitsAndFindsTheOldest()
    {
        (await Store.GetBacklogAsync(default)).Should().Be(new OutboxBacklog(0, TimeSpan.Zero, 0));
        var old = StorageDatabase.Message("orders", "a");
        old.CreatedAt = DateTime.UtcNow.AddMinutes(-90);
        await Database.InsertAsync(old, StorageDatabase.Message("orders", "b"));
        await using (var context = Database.NewContext())
        {
            context.Add(new OutboxParkedKeyRecord { Topic = "orders", Key = [1], HoldsKey = true });
            context.Add(new OutboxParkedKeyRecord { Topic = "orders", Key = [2], HoldsKey = false });
            await context.SaveChangesAsync();
        }

        var backlog = await Store.GetBacklogAsync(default);

        backlog.Waiting.Should().Be(2);
        backlog.OldestAge.Should().BeCloseTo(TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(2));
        backlog.ParkedKeys.Should().Be(1);
    }

    [SpecificationFact]
    public async Task CountWaitingAsync_StopsAtTheNumberThatItIsGiven()
    {
        (await Store.CountWaitingAsync(2, default)).Should().Be(0);
        await InsertAsync(3);

        (await Store.CountWaitingAsync(2, default)).Should().Be(2);
        (await Store.CountWaitingAsync(long.MaxValue, default)).Should().Be(3);
    }

    [SpecificationFact]
    public async Task EveryCall_WithoutTables_SaysHowToMakeThem()
    {
        await using var empty = await NewDatabase().StartAsync(withTables: false);
        var store = empty.Seam<IOutboxStore>();
        var relay = new RelayIdentity(Guid.NewGuid(), "host", "1", 8);
        var lease = new BucketLease(0, 1);

        await ShouldSayAsync(async () => await store.OpenReaderAsync(default));
        await ShouldSayAsync(async () => await store.OpenSettlerAsync(default));
        await ShouldSayAsync(async () => await store.GetBacklogAsync(default));
        await ShouldSayAsync(async () => await store.CountWaitingAsync(1, default));
        await ShouldSayAsync(async () => await empty.Seam<IBucketLeaseStore>().SeedAsync(8, default));
        await ShouldSayAsync(async () => await empty.Seam<IBucketLeaseStore>().ChangeAsync(8, default));
        await ShouldSayAsync(async () => await empty.Seam<IBucketLeaseStore>().RenewAsync(relay, TimeSpan.FromSeconds(1), default));
        await ShouldSayAsync(async () => await empty.Seam<IBucketLeaseStore>().AcquireAsync(relay, 1, TimeSpan.FromSeconds(1), default));
        await ShouldSayAsync(async () => await empty.Seam<IParkingStore>().ReadKeysAsync(All, default));
        await ShouldSayAsync(async () => await empty.Seam<IParkingStore>().AbsorbAsync(lease, [1], default));
        await using var context = empty.NewContext();
        await ShouldSayAsync(async () => await empty.Seam<IInboxStore>().GetOffsetAsync(context, "billing", "orders", 0, default));

        static async Task ShouldSayAsync(Func<Task> call) =>
            (await call.Should().ThrowAsync<OutboxException>()).WithMessage("*AddOutbox()*migration*");
    }

    private Task<long[]> InsertAsync(int count) =>
        Database.InsertAsync([.. Enumerable.Range(0, count).Select(number => StorageDatabase.Message("orders", $"key-{number}"))]);

    private async Task<List<OutboxRow>> ReadAsync(OutboxRead read)
    {
        await using var reader = await Store.OpenReaderAsync(default);
        var rows = new List<OutboxRow>();
        await reader.ReadAsync(read, rows, default);
        return rows;
    }
}
