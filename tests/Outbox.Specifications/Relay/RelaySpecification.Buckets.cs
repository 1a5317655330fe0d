using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;

namespace Outbox.Specifications.Relay;

/// <content>Changing the number of buckets while relays run.</content>
public abstract partial class RelaySpecification
{
    [SpecificationFact]
    public async Task Relay_NumberOfBucketsChangesAgainAndAgain_KeepsOrderAndMakesNoCopies()
    {
        await using var second = NewRelay();
        await Relay.StartAsync();
        await second.StartAsync();
        using var enough = new CancellationTokenSource();
        var writing = WriteAsync(enough.Token);
        foreach (var number in new[] { 8, 5, 48 })
        {
            // The relays of the number before go on running: they must give everything back by themselves.
            var next = NewRelayWithBuckets(number);
            _later.Add(next);
            await next.StartAsync();
            await Eventually.BeTrueAsync(
                async () => await Relay.GetOwnersAsync() is { } owners && owners.Count == number && owners.TrueForAll(owner => owner is not null),
                $"a relay owns all of the {number} buckets");
        }

        await enough.CancelAsync();
        var written = await writing;
        await QuietAsync();
        Broker.Payloads.Should().HaveCount(written).And.OnlyHaveUniqueItems("buckets are given back only when nothing of theirs is in flight");
        Broker.Log.GroupBy(message => message.Key).Should().AllSatisfy(
            key => key.Select(message => int.Parse(message.Payload, CultureInfo.InvariantCulture)).Should().BeInAscendingOrder());
    }

    [SpecificationFact]
    public async Task Relay_OwnerOfTheOldNumberHangs_WaitsForItsLeaseAndLeavesItNothing()
    {
        var leases = Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext));
        var hanging = new RelayIdentity(Guid.NewGuid(), "hangs", "1", 32);
        await leases.SeedAsync(32, CancellationToken.None);
        var old = await leases.AcquireAsync(hanging, 32, TimeSpan.FromSeconds(2), CancellationToken.None);
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "b", "2"));
        await using var next = NewRelayWithBuckets(8);

        await next.StartAsync();

        (await Relay.GetOwnersAsync()).Should().HaveCount(32).And.OnlyContain(owner => owner == hanging.RelayId, "its leases still run");
        await QuietAsync();
        Broker.Payloads.Should().BeEquivalentTo(["1", "2"]);
        (await leases.RenewAsync(hanging, TimeSpan.FromSeconds(2), CancellationToken.None)).Held.Should().BeEmpty();
        var parking = Relay.Services.GetRequiredKeyedService<IParkingStore>(typeof(RelayContext));
        foreach (var lease in old)
        {
            (await parking.AbsorbAsync(lease, [1], CancellationToken.None)).Should().BeFalse("an old epoch moves nothing");
        }
    }

    [SpecificationFact]
    public async Task Relay_ThatIsReplacedByAnotherNumber_RelaysAgainWhenItsOwnIsBack()
    {
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(async () => (await Relay.GetOwnersAsync()).TrueForAll(owner => owner is not null), "it owns everything");
        await using (var next = NewRelayWithBuckets(8))
        {
            await next.StartAsync();
            await Eventually.BeTrueAsync(async () => (await Relay.GetOwnersAsync()).Count(owner => owner is not null) == 8, "the other owns everything");
        }

        (await Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext)).ChangeAsync(32, CancellationToken.None)).Should().BeTrue();
        await Relay.EnqueueAsync(("orders", "a", "1"));

        await QuietAsync();
        Broker.Payloads.Should().Equal("1");
    }

    private RelayHarness NewRelayWithBuckets(int buckets) => new(_database, Broker, outbox =>
    {
        Configure(outbox);
        outbox.Configure(options => (options.Buckets, options.ChangeBuckets) = (buckets, true));
    });

    private async Task<int> WriteAsync(CancellationToken enough)
    {
        var written = 0;
        while (!enough.IsCancellationRequested)
        {
            await Relay.EnqueueAsync([.. Enumerable.Range(written, 5).Select(i => ("orders", (string?)$"key-{i % 11}", i.ToString(CultureInfo.InvariantCulture)))]);
            written += 5;

            // At the relays' pace: SQLite lets one write at a time, and not in turn.
            await Eventually.BeTrueAsync(() => Broker.Log.Count > written - 20 || enough.IsCancellationRequested, "messages flow");
        }

        return written;
    }
}
