using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <content>Changing the number of buckets: never do two relays that divide the keys differently own something at once.</content>
public abstract partial class BucketLeaseStoreSpecification
{
    [SpecificationFact]
    public async Task ChangeAsync_FreshDatabase_MakesTheBuckets()
    {
        (await Store.ChangeAsync(5, default)).Should().BeTrue();

        (await Store.AcquireAsync(NewRelay(5), 100, Minute, default)).Should().HaveCount(5);
    }

    [SpecificationFact]
    public async Task ChangeAsync_NobodyHoldsALease_MakesThemAnewWithEpochsAboveTheOldOnes()
    {
        await Store.SeedAsync(BucketCount, default);
        for (var i = 0; i < 3; i++)
        {
            await Store.AcquireAsync(_one, BucketCount, Minute, default);
            await ExpireAsync();
        }

        (await Store.ChangeAsync(5, default)).Should().BeTrue();

        var held = await Store.AcquireAsync(NewRelay(5), 100, Minute, default);
        held.Select(lease => lease.Bucket).Should().Equal(0, 1, 2, 3, 4);
        held.Should().OnlyContain(lease => lease.Epoch > 3, "a relay that hung under an old epoch finds no row that has it");
    }

    [SpecificationFact]
    public async Task ChangeAsync_LeasesAreHeld_WaitsForTheirReleaseWhileNobodyTakesMore()
    {
        await Store.SeedAsync(BucketCount, default);
        var held = await Store.AcquireAsync(_one, 5, Minute, default);

        (await Store.ChangeAsync(16, default)).Should().BeFalse();

        (await Store.AcquireAsync(_two, 8, Minute, default)).Should().BeEmpty("free buckets are not given out any more");
        var report = await Store.RenewAsync(_one, Minute, default);
        report.FairShare.Should().Be(0, "it is to give back what it holds");
        report.Buckets.Should().Be(16);
        report.Held.Should().Equal(held, "until it has, it keeps it");
        await Store.ReleaseAsync(_one, held, default);
        (await Store.ChangeAsync(16, default)).Should().BeTrue();
        (await Store.AcquireAsync(NewRelay(16), 100, Minute, default)).Should().HaveCount(16);
    }

    [SpecificationFact]
    public async Task ChangeAsync_RelayOfTheOldNumber_GetsNothingAndCountsForNothing()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.RenewAsync(_one, Minute, default);
        await Store.ChangeAsync(16, default);
        var newer = NewRelay(16);

        (await Store.RenewAsync(_one, Minute, default)).Should().BeEquivalentTo(new LeaseReport(0, [], 16));
        (await Store.AcquireAsync(_one, 16, Minute, default)).Should().BeEmpty();
        (await Store.RenewAsync(newer, Minute, default)).FairShare.Should().Be(16, "who owns nothing has no share");
    }

    [SpecificationFact]
    public async Task ChangeAsync_InstalledNumber_WithdrawsTheRequest()
    {
        await Store.SeedAsync(BucketCount, default);
        var held = await Store.AcquireAsync(_one, 5, Minute, default);
        await Store.ChangeAsync(16, default);

        (await Store.ChangeAsync(BucketCount, default)).Should().BeTrue();

        (await Store.RenewAsync(_one, Minute, default)).Should().BeEquivalentTo(new LeaseReport(BucketCount, held, BucketCount));
        (await Store.AcquireAsync(_two, 8, Minute, default)).Should().HaveCount(BucketCount - 5);
    }

    [SpecificationFact]
    public async Task SeedAsync_WhileAChangeIsAskedFor_NamesTheNumbersAndTheWayOut()
    {
        await Store.SeedAsync(BucketCount, default);
        await Store.AcquireAsync(_one, 1, Minute, default);
        await Store.ChangeAsync(16, default);

        var seed = async () => await Store.SeedAsync(BucketCount, default);

        (await seed.Should().ThrowAsync<OutboxException>()).WithMessage("*changed from 8 to 16*Buckets is 8*ChangeBuckets*");
    }

    [SpecificationFact]
    public async Task ChangeAsync_AnyInterleaving_OwnersAlwaysCountAlike()
    {
        var relays = Enumerable.Range(0, 6).Select(i => NewRelay(4 + (i % 3))).ToArray();
        var highest = 0L;
        for (var seed = 1; seed <= 3; seed++)
        {
            var random = new Random(seed);
            for (var step = 0; step < 60; step++)
            {
                await StepAsync(relays[random.Next(relays.Length)], random);
                if (random.Next(6) == 0)
                {
                    await ExpireAsync();
                }

                highest = await ShouldCountAlikeAsync(relays, highest);
            }
        }
    }

    [SpecificationFact]
    public async Task ChangeAsync_ManyAtOnce_OwnersAlwaysCountAlike()
    {
        await Store.ChangeAsync(4, default);
        var relays = Enumerable.Range(0, 4).Select(i => NewRelay(4 + (i % 2))).ToArray();

        var steps = Task.WhenAll(relays.Select((relay, i) => Task.Run(async () =>
        {
            var random = new Random(i);
            for (var step = 0; step < 25; step++)
            {
                await StepAsync(relay, random);
            }
        })));
        while (!steps.IsCompleted)
        {
            await ShouldCountAlikeAsync(relays, 0);
        }

        await steps;
    }

    private async Task StepAsync(RelayIdentity relay, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                await Store.ChangeAsync(relay.Buckets, default);
                break;
            case 1:
                var report = await Store.RenewAsync(relay, Minute, default);
                await Store.ReleaseAsync(relay, [.. report.Held.Skip(report.FairShare)], default);
                break;
            case 2:
                await Store.ReleaseAsync(relay, (await Store.RenewAsync(relay, Minute, default)).Held, default);
                break;
            default:
                await Store.AcquireAsync(relay, random.Next(1, 7), Minute, default);
                break;
        }
    }

    /// <returns>The highest epoch.</returns>
    private async Task<long> ShouldCountAlikeAsync(RelayIdentity[] relays, long highest)
    {
        await using var context = Database.NewContext();
        var rows = await context.Set<OutboxBucketRecord>().AsNoTracking().OrderBy(row => row.Bucket).ToListAsync();
        var totals = rows.Select(row => row.Total).Distinct().ToList();
        totals.Should().HaveCountLessThanOrEqualTo(1);
        rows.Should().NotContain(row => row.Total != rows.Count, "there are as many buckets as each of them says");
        rows.Where(row => row.Owner is not null).Should().NotContain(
            row => relays.Single(relay => relay.RelayId == row.Owner).Buckets != row.Total, "no owner divides the keys by another number");
        var epoch = rows.Count == 0 ? 0 : rows.Max(row => row.Epoch);
        epoch.Should().BeGreaterThanOrEqualTo(highest, "epochs grow for ever");
        return epoch;
    }
}
