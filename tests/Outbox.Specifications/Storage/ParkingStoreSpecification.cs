using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>What every <see cref="IParkingStore"/> does.</summary>
public abstract class ParkingStoreSpecification : StorageSpecification
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly BucketSet All = new(1, [0]);

    private IParkingStore Store => Database.Seam<IParkingStore>();

    private IBucketLeaseStore Leases => Database.Seam<IBucketLeaseStore>();

    [SpecificationFact]
    public async Task ParkAsync_ParkKey_MovesThePoisonAndLaterOnesOfItsTopicAndKey()
    {
        var lease = await LeaseAsync();
        var ids = await InsertAsync(("orders", "a"), ("orders", "b"), ("payments", "a"), ("orders", "a"));
        var before = await WaitingAsync();

        (await Store.ParkAsync(lease, [Poison(ids[0], PoisonMessagePolicy.ParkKey)], default)).Should().BeTrue();

        (await WaitingIdsAsync()).Should().Equal(ids[1], ids[2]);
        var parked = await ParkedAsync();
        parked.Select(row => row.Id).Should().Equal(ids[0], ids[3]);
        parked.Should().BeEquivalentTo(before.Where(row => row.Id == ids[0] || row.Id == ids[3]));
        var key = (await Store.ReadKeysAsync(All, default)).Should().ContainSingle().Subject;
        (key.Topic, key.HoldsKey, key.Request, key.KeyHash).Should().Be(("orders", true, null, before[0].KeyHash));
        key.Key.Should().Equal("a"u8.ToArray());
        await using var context = Database.NewContext();
        var entry = await context.Set<OutboxParkedKeyRecord>().SingleAsync();
        (entry.Attempts, entry.Error).Should().Be((3, "too large"));
        entry.ParkedAt.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
    }

    [SpecificationFact]
    public async Task ParkAsync_DeadLetter_MovesTheMessageAlone()
    {
        var lease = await LeaseAsync();
        var ids = await InsertAsync(("orders", "a"), ("orders", "a"), ("orders", "b"));

        await Store.ParkAsync(
            lease, [Poison(ids[2], PoisonMessagePolicy.DeadLetter), Poison(ids[0], PoisonMessagePolicy.DeadLetter)], default);

        (await WaitingIdsAsync()).Should().Equal(ids[1]);
        (await ParkedAsync()).Select(row => row.Id).Should().Equal(ids[0], ids[2]);
        (await Store.ReadKeysAsync(All, default)).Should().BeEmpty("no key is held and nothing is requested");
    }

    [SpecificationFact]
    public async Task ParkAsync_MessageWithoutKey_HoldsNothing()
    {
        var lease = await LeaseAsync();
        var ids = await InsertAsync(("orders", null), ("orders", null));

        await Store.ParkAsync(lease, [Poison(ids[0], PoisonMessagePolicy.ParkKey)], default);

        (await WaitingIdsAsync()).Should().Equal(ids[1]);
        (await Store.ReadKeysAsync(All, default)).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task ParkAsync_KeyThatIsHeldAlready_TakesItIn()
    {
        var lease = await LeaseAsync();
        var first = await InsertAsync(("orders", "a"));
        await Store.ParkAsync(lease, [Poison(first[0], PoisonMessagePolicy.ParkKey)], default);
        var second = await InsertAsync(("orders", "a"), ("orders", "a"));

        await Store.ParkAsync(
            lease, [.. second.Select(id => Poison(id, PoisonMessagePolicy.ParkKey)), Poison(long.MaxValue, PoisonMessagePolicy.ParkKey)], default);

        (await Store.ReadKeysAsync(All, default)).Should().ContainSingle();
        (await ParkedAsync()).Should().HaveCount(3);
        (await WaitingIdsAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task EveryMove_WithAnOldEpoch_MovesNothing()
    {
        var old = await LeaseAsync();
        var ids = await InsertAsync(("orders", "a"), ("orders", "b"));
        await Store.ParkAsync(old, [Poison(ids[0], PoisonMessagePolicy.ParkKey)], default);
        var key = (await Store.ReadKeysAsync(All, default))[0].Id;
        await Store.RequestAsync(key, ParkedKeyAction.Release, default);
        var later = await InsertAsync(("orders", "a"));
        await using (var context = Database.NewContext())
        {
            var past = DateTime.UtcNow.AddHours(-1);
            await context.Set<OutboxBucketRecord>().ExecuteUpdateAsync(row => row.SetProperty(to => to.LeaseUntil, past));
        }

        await Leases.AcquireAsync(new RelayIdentity(Guid.NewGuid(), "other", "1", 1), 1, Minute, default);

        (await Store.ParkAsync(old, [Poison(ids[1], PoisonMessagePolicy.ParkKey)], default)).Should().BeFalse();
        (await Store.AbsorbAsync(old, later, default)).Should().BeFalse();
        (await Store.CarryOutAsync(old, [key], default)).Should().BeFalse();
        (await WaitingIdsAsync()).Should().Equal(ids[1], later[0]);
        (await ParkedAsync()).Should().HaveCount(1);
    }

    [SpecificationFact]
    public async Task ParkAsync_WhileAnotherTakesTheBucket_WaitsForItAndMovesNothing()
    {
        var old = await LeaseAsync();
        var ids = await InsertAsync(("orders", "a"));
        await using var context = Database.NewContext();
        Task<bool> parking = Task.FromResult(true);
        await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var taking = await context.Database.BeginTransactionAsync();
            await context.Set<OutboxBucketRecord>().ExecuteUpdateAsync(
                row => row.SetProperty(to => to.Owner, Guid.NewGuid()).SetProperty(to => to.Epoch, to => to.Epoch + 1));

            // It sees the old epoch, which is still the committed one: only the row's lock tells it to wait.
            parking = Task.Run(async () => await Store.ParkAsync(old, [Poison(ids[0], PoisonMessagePolicy.ParkKey)], default));
            await Database.WaitUntilBlockedAsync();
            await taking.CommitAsync();
        });

        (await parking).Should().BeFalse();
        (await WaitingIdsAsync()).Should().Equal(ids);
    }

    [SpecificationFact]
    public async Task ParkAsync_ReleasedLease_MovesNothing()
    {
        var relay = new RelayIdentity(Guid.NewGuid(), "host", "1", 1);
        var lease = await LeaseAsync(relay);
        var ids = await InsertAsync(("orders", "a"));
        await Leases.ReleaseAsync(relay, [lease], default);

        (await Store.ParkAsync(lease, [Poison(ids[0], PoisonMessagePolicy.ParkKey)], default)).Should().BeFalse();
        (await WaitingIdsAsync()).Should().Equal(ids);
    }

    [SpecificationFact]
    public async Task AbsorbAsync_MessagesOfHeldKeys_JoinTheirKey()
    {
        var lease = await LeaseAsync();
        var poison = await InsertAsync(("orders", "a"), ("orders", "single"));
        await Store.ParkAsync(
            lease, [Poison(poison[0], PoisonMessagePolicy.ParkKey), Poison(poison[1], PoisonMessagePolicy.DeadLetter)], default);
        var later = await InsertAsync(("orders", "a"), ("payments", "a"), ("orders", "single"), ("orders", "a"));

        (await Store.AbsorbAsync(lease, [later[0], later[1], later[2], long.MaxValue], default)).Should().BeTrue();

        (await WaitingIdsAsync()).Should().Equal([later[1], later[2], later[3]], "they were not named or their key is not held");
        (await ParkedAsync()).Select(row => row.Id).Should().Equal(poison[0], poison[1], later[0]);
    }

    [SpecificationFact]
    public async Task CarryOutAsync_Release_GivesTheMessagesBackUnderTheirIds()
    {
        var lease = await LeaseAsync();
        var ids = await InsertAsync(("orders", "a"), ("orders", "a"), ("orders", "b"));
        var before = await WaitingAsync();
        await Store.ParkAsync(lease, [Poison(ids[0], PoisonMessagePolicy.ParkKey)], default);
        var key = (await Store.ReadKeysAsync(All, default))[0].Id;
        (await Store.CarryOutAsync(lease, [key], default)).Should().BeTrue();
        (await ParkedAsync()).Should().HaveCount(2, "nothing is requested yet");

        (await Store.RequestAsync(key, ParkedKeyAction.Release, default)).Should().BeTrue();
        (await Store.ReadKeysAsync(All, default))[0].Request.Should().Be(ParkedKeyAction.Release);
        (await Store.CarryOutAsync(lease, [key], default)).Should().BeTrue();

        (await WaitingAsync()).Should().BeEquivalentTo(before, options => options.WithStrictOrdering());
        (await Store.ReadKeysAsync(All, default)).Should().BeEmpty();
        (await InsertAsync(("orders", "a")))[0].Should().BeGreaterThan(ids[2], "an id is never given out again");
    }

    [SpecificationFact]
    public async Task CarryOutAsync_Discard_DeletesTheKeyAndItsMessages()
    {
        var lease = await LeaseAsync();
        var ids = await InsertAsync(("orders", "a"), ("orders", "a"), ("orders", "b"));
        await Store.ParkAsync(lease, [Poison(ids[0], PoisonMessagePolicy.DeadLetter)], default);
        await using var context = Database.NewContext();
        var key = (await context.Set<OutboxParkedKeyRecord>().SingleAsync()).Id;

        await Store.RequestAsync(key, ParkedKeyAction.Discard, default);
        (await Store.ReadKeysAsync(All, default)).Should().ContainSingle("a dead letter with a request is work for the owner");
        await Store.CarryOutAsync(lease, [key], default);

        (await WaitingIdsAsync()).Should().Equal(ids[1], ids[2]);
        (await ParkedAsync()).Should().BeEmpty();
        (await Store.RequestAsync(key, ParkedKeyAction.Release, default)).Should().BeFalse("there is no such entry any more");
    }

    [SpecificationFact]
    public async Task ParkedMessage_WithoutItsKey_CannotExist()
    {
        await using var context = Database.NewContext();
        context.Add(new OutboxParkedMessageRecord { Id = 1, ParkedKeyId = 4_711, Topic = "orders", MessageId = Guid.NewGuid(), Headers = "[]", CreatedAt = DateTime.UtcNow });

        await context.Awaiting(each => each.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>("nothing would ever release it");
    }

    [SpecificationFact]
    public async Task ReadKeysAsync_SomeBuckets_GivesTheirKeysOnly()
    {
        var lease = await LeaseAsync();
        var messages = new[] { StorageDatabase.Message("orders", "a"), StorageDatabase.Message("orders", "b"), StorageDatabase.Message("orders", "c") };
        await Database.InsertAsync(messages);
        await Store.ParkAsync(lease, [.. messages.Select(message => Poison(message.Id, PoisonMessagePolicy.ParkKey))], default);

        var keys = await Store.ReadKeysAsync(new BucketSet(1000, [messages[1].KeyHash % 1000]), default);

        keys.Should().ContainSingle().Which.KeyHash.Should().Be(messages[1].KeyHash);
    }

    private static ParkedMessage Poison(long id, PoisonMessagePolicy policy) => new(id, policy, 3, "too large");

    private async Task<BucketLease> LeaseAsync(RelayIdentity? relay = null)
    {
        await Leases.SeedAsync(1, default);
        return (await Leases.AcquireAsync(relay ?? new RelayIdentity(Guid.NewGuid(), "host", "1", 1), 1, Minute, default))[0];
    }

    private Task<long[]> InsertAsync(params (string Topic, string? Key)[] messages) =>
        Database.InsertAsync(Array.ConvertAll(messages, message => StorageDatabase.Message(message.Topic, message.Key)));

    private async Task<List<OutboxMessageRecord>> WaitingAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<OutboxMessageRecord>().OrderBy(row => row.Id).ToListAsync();
    }

    private async Task<List<long>> WaitingIdsAsync() => (await WaitingAsync()).ConvertAll(row => row.Id);

    private async Task<List<OutboxMessageRecord>> ParkedAsync()
    {
        await using var context = Database.NewContext();
        return (await context.Set<OutboxParkedMessageRecord>().OrderBy(row => row.Id).ToListAsync()).ConvertAll(row => new OutboxMessageRecord
        {
            Id = row.Id,
            KeyHash = row.KeyHash,
            MessageId = row.MessageId,
            Topic = row.Topic,
            Key = row.Key,
            Payload = row.Payload,
            Headers = row.Headers,
            CreatedAt = row.CreatedAt,
        });
    }
}
