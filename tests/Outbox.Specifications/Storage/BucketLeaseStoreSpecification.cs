using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>What every <see cref="IBucketLeaseStore"/> does.</summary>
public abstract partial class BucketLeaseStoreSpecification : StorageSpecification
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RelayIdentity _one = NewRelay();
    private readonly RelayIdentity _two = NewRelay();

    private IBucketLeaseStore Store => Database.Seam<IBucketLeaseStore>();

    [SpecificationFact]
    public async Task SeedAsync_Twice_ChangesNothing()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.AcquireAsync(_one, 2, Minute, default);
        await Store.SeedAsync(BucketCount, default);

        (await Store.RenewAsync(_one, Minute, default)).Held.Should().HaveCount(2);
        (await Store.AcquireAsync(_two, 100, Minute, default)).Should().HaveCount(BucketCount - 2);
    }

    [SpecificationFact]
    public async Task SeedAsync_AnotherNumber_NamesBothAndTheWayOut()
    {
        await Store.SeedAsync(BucketCount, default);

        var seed = async () => await Store.SeedAsync(16, default);

        (await seed.Should().ThrowAsync<OutboxException>()).WithMessage("*8 buckets*Buckets is 16*Set it to 8, or set OutboxOptions.ChangeBuckets*");
    }

    [SpecificationFact]
    public async Task SeedAsync_ManyAtOnce_AgreeOnOneNumber()
    {
        var numbers = new[] { 8, 8, 16, 8, 16, 16 };

        var failures = await Task.WhenAll(numbers.Select(number => Task.Run(async () =>
        {
            try
            {
                await Store.SeedAsync(number, default);
                return (number, Failed: false);
            }
            catch (OutboxException)
            {
                return (number, Failed: true);
            }
        })));

        await using var context = Database.NewContext();
        var installed = await context.Set<OutboxBucketRecord>().CountAsync();
        failures.Should().OnlyContain(seed => seed.Failed == (seed.number != installed));
    }

    [SpecificationFact]
    public async Task AcquireAsync_FreeBuckets_GivesAsManyAsAskedWithRaisedEpochs()
    {
        await Store.SeedAsync(BucketCount, default);

        var held = await Store.AcquireAsync(_one, 3, Minute, default);

        held.Should().HaveCount(3).And.OnlyContain(lease => lease.Epoch == 1);
        (await Store.AcquireAsync(_one, 3, Minute, default)).Should().Equal(held);
        (await Store.AcquireAsync(_one, 5, Minute, default)).Should().HaveCount(5).And.Contain(held);
        (await Store.RenewAsync(_one, Minute, default)).Held.Should().HaveCount(5);
    }

    [SpecificationFact]
    public async Task AcquireAsync_ManyRelaysAtOnce_NeverShareABucket()
    {
        await Store.SeedAsync(BucketCount, default);
        var relays = Enumerable.Range(0, 4).Select(_ => NewRelay()).ToArray();

        var held = await Task.WhenAll(relays.Select(relay => Task.Run(async () => await Store.AcquireAsync(relay, 2, Minute, default))));
        for (var i = 0; i < relays.Length; i++)
        {
            held[i] = await Store.AcquireAsync(relays[i], 2, Minute, default);
        }

        held.SelectMany(leases => leases).Select(lease => lease.Bucket).Should().BeEquivalentTo(Enumerable.Range(0, BucketCount));
        held.Should().OnlyContain(leases => leases.Count == 2);
    }

    [SpecificationFact]
    public async Task AcquireAsync_ExpiredLease_GoesToAnotherWithAnEpochMore()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.AcquireAsync(_one, BucketCount, Minute, default);
        (await Store.AcquireAsync(_two, BucketCount, Minute, default)).Should().BeEmpty();
        await ExpireAsync();

        var held = await Store.AcquireAsync(_two, BucketCount, Minute, default);

        held.Should().HaveCount(BucketCount).And.OnlyContain(lease => lease.Epoch == 2);
    }

    [SpecificationFact]
    public async Task RenewAsync_LeaseThatAnotherTook_IsNotRevived()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.AcquireAsync(_one, BucketCount, Minute, default);
        await ExpireAsync();
        var taken = await Store.AcquireAsync(_two, 3, Minute, default);

        var report = await Store.RenewAsync(_one, Minute, default);

        report.Held.Select(lease => lease.Bucket).Should().NotIntersectWith(taken.Select(lease => lease.Bucket));
        report.Held.Should().HaveCount(BucketCount - 3).And.OnlyContain(lease => lease.Epoch == 1, "nobody took those");
        (await Store.RenewAsync(_two, Minute, default)).Held.Should().Equal(taken);
    }

    [SpecificationFact]
    public async Task RenewAsync_HeldLeases_LastFromNow()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.AcquireAsync(_one, BucketCount, Minute, default);
        await ExpireAsync();
        await Store.RenewAsync(_one, Minute, default);

        (await Store.AcquireAsync(_two, BucketCount, Minute, default)).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task RenewAsync_SeveralRelays_SharesFairly()
    {
        await Store.SeedAsync(BucketCount, default);

        (await Store.RenewAsync(_one, Minute, default)).FairShare.Should().Be(8);
        (await Store.RenewAsync(_two, Minute, default)).FairShare.Should().Be(4);
        (await Store.RenewAsync(NewRelay(), Minute, default)).FairShare.Should().Be(3, "8 / 3 is rounded up");
        (await Store.RenewAsync(_one, Minute, default)).FairShare.Should().Be(3);
    }

    [SpecificationFact]
    public async Task RenewAsync_TheSameRelayAtOnce_CountsOnce()
    {
        await Store.SeedAsync(BucketCount, default);

        var reports = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Task.Run(async () => await Store.RenewAsync(_one, Minute, default))));

        reports.Should().OnlyContain(report => report.FairShare == BucketCount);
    }

    [SpecificationFact]
    public async Task RenewAsync_RelayThatIsGone_CountsNoMoreAndIsForgotten()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.RenewAsync(_one, Minute, default);
        await LastSeenAsync(_one, DateTime.UtcNow.AddMinutes(-5));

        (await Store.RenewAsync(_two, Minute, default)).FairShare.Should().Be(BucketCount);
        (await RelaysAsync()).Should().BeEquivalentTo([_one.RelayId, _two.RelayId]);

        await LastSeenAsync(_one, DateTime.UtcNow.AddHours(-2));
        await Store.RenewAsync(_two, Minute, default);
        (await RelaysAsync()).Should().Equal(_two.RelayId);
    }

    [SpecificationFact]
    public async Task ReleaseAsync_HeldLeases_AreFreeForOthers()
    {
        await Store.SeedAsync(BucketCount, default);
        var held = await Store.AcquireAsync(_one, BucketCount, Minute, default);

        await Store.ReleaseAsync(_one, [held[2], held[5]], default);

        var taken = await Store.AcquireAsync(_two, BucketCount, Minute, default);
        taken.Should().Equal(new BucketLease(2, 2), new BucketLease(5, 2));
    }

    [SpecificationFact]
    public async Task ReleaseAsync_LeasesLostMeanwhile_ArePassedOver()
    {
        await Store.SeedAsync(BucketCount, default);
        var old = await Store.AcquireAsync(_one, 1, Minute, default);
        await ExpireAsync();
        var others = await Store.AcquireAsync(_two, 1, Minute, default);
        await Store.ReleaseAsync(_one, old, default);
        (await Store.RenewAsync(_two, Minute, default)).Held.Should().Equal(others);

        await Store.ReleaseAsync(_two, [new BucketLease(0, others[0].Epoch - 1)], default);
        (await Store.RenewAsync(_two, Minute, default)).Held.Should().Equal(others, "an old epoch gives nothing back");
    }

    [SpecificationFact]
    public async Task LeaveAsync_GrowsTheShareOfTheOthers()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.RenewAsync(_one, Minute, default);
        await Store.RenewAsync(_two, Minute, default);

        await Store.LeaveAsync(_one, default);

        (await Store.RenewAsync(_two, Minute, default)).FairShare.Should().Be(BucketCount);
    }

    private static RelayIdentity NewRelay(int buckets = BucketCount) => new(Guid.NewGuid(), "host", "1.0", buckets);

    private async Task ExpireAsync()
    {
        await using var context = Database.NewContext();
        var past = DateTime.UtcNow.AddHours(-1);
        await context.Set<OutboxBucketRecord>().ExecuteUpdateAsync(row => row.SetProperty(to => to.LeaseUntil, past));
    }

    private async Task LastSeenAsync(RelayIdentity relay, DateTime time)
    {
        await using var context = Database.NewContext();
        await context.Set<OutboxRelayRecord>().Where(row => row.RelayId == relay.RelayId)
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.LastSeen, time));
    }

    private async Task<List<Guid>> RelaysAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<OutboxRelayRecord>().Select(row => row.RelayId).ToListAsync();
    }
}
