using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Relay;

/// <content>A relay on a machine whose clock is wrong: what counts is the database's.</content>
public abstract partial class RelaySpecification
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [SpecificationFact]
    public async Task Relay_ClockADayAhead_TakesNoRunningLeaseAndMovesNothingEarly()
    {
        var leases = Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext));
        var owner = new RelayIdentity(Guid.CreateVersion7(), "owner", "1", 32);
        await leases.SeedAsync(32, CancellationToken.None);
        await leases.RenewAsync(owner, Hour, CancellationToken.None);
        await leases.AcquireAsync(owner, 31, Hour, CancellationToken.None);
        await ScheduleAsync([.. Enumerable.Range(0, 64).Select(i => ($"key-{i}", $"{i}", DateTimeOffset.UtcNow + Hour))]);
        await using var ahead = NewRelay(Day);

        await ahead.StartAsync();

        await Eventually.BeTrueAsync(async () => (await Relay.GetOwnersAsync()).TrueForAll(other => other is not null), "it has taken the free bucket");
        await RenewalsAsync(3);
        (await Relay.GetOwnersAsync()).Count(other => other == owner.RelayId).Should().Be(31, "by the database's clock the leases run for an hour");
        (await CountScheduledAsync()).Should().Be(64, "by the database's clock they are due in an hour");
        await ahead.StopAsync();
    }

    [SpecificationFact]
    public async Task Relay_ClockADayBehind_TakesWhatHasRunOutAndMovesWhatIsDue()
    {
        var leases = Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext));
        var dead = new RelayIdentity(Guid.CreateVersion7(), "dead", "1", 32);
        await leases.SeedAsync(32, CancellationToken.None);
        await leases.AcquireAsync(dead, 32, TimeSpan.FromSeconds(1), CancellationToken.None);
        await Relay.EnqueueAsync(("orders", "a", "1"));
        await ScheduleAsync(("b", "2", DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1)));
        await using var behind = NewRelay(-Day);

        await behind.StartAsync();

        await Eventually.BeTrueAsync(() => Broker.Log.Count == 2, "the dead one's lease is over and the message is due");
        await QuietAsync();
        Broker.Payloads.Should().BeEquivalentTo("1", "2");
    }

    private RelayHarness NewRelay(TimeSpan skew) => new(_database, Broker, outbox =>
    {
        Configure(outbox);
        outbox.Services.AddSingleton<TimeProvider>(new SkewedTime(skew));
    });

    /// <summary>Waits until the relay that started last has renewed its leases so many times more.</summary>
    private async Task RenewalsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var before = await LastSeenAsync();
            await Eventually.BeTrueAsync(async () => await LastSeenAsync() > before, "it renews its leases");
        }

        Task<DateTime> LastSeenAsync() => Relay.UseAsync(context => context.Set<OutboxRelayRecord>().MaxAsync(relay => relay.LastSeen));
    }
}
