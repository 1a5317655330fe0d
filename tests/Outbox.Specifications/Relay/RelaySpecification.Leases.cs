using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Messages;
using Outbox.Specifications.Running;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Relay;

/// <content>What the relay holds while it waits for the broker, and what it gives up with a lease.</content>
public abstract partial class RelaySpecification
{
    [SpecificationFact]
    public async Task Relay_WhileTheBrokerIsAwaited_HasNoTransactionOpen()
    {
        Broker.Hang();
        await Relay.EnqueueAsync(("orders", "a", "1"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Accepted == 1, "it waits for the broker");
        await Eventually.BeTrueAsync(async () => !await HasOpenTransactionAsync(), "no transaction is open");

        await Relay.EnqueueAsync(("orders", "a", "2"));
        await Eventually.BeTrueAsync(() => Broker.Accepted == 2, "it reads on");
        await Eventually.BeTrueAsync(async () => !await HasOpenTransactionAsync(), "no transaction is open after another read");

        Broker.Answer();
        await QuietAsync();
    }

    [SpecificationFact]
    public async Task Relay_OneLeaseIsLost_GivesUpEverythingInFlightAndSendsWhatItStillOwns()
    {
        var lost = BucketOf("a");
        BucketOf("b").Should().NotBe(lost);
        Broker.Hang();
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "b", "2"), ("orders", "a", "3"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Accepted == 3, "all are in flight");

        await Relay.UseAsync(context => Bucket(context, lost).ExecuteUpdateAsync(row => row
            .SetProperty(to => to.Owner, Guid.NewGuid()).SetProperty(to => to.Epoch, to => to.Epoch + 1).SetProperty(to => to.LeaseUntil, DateTime.UtcNow.AddHours(1))));
        await Eventually.BeTrueAsync(() => Broker.Abandoned == 1, "its sender is given up as a whole");
        Broker.Log.Should().BeEmpty("what another may send now must not be appended");
        Broker.Answer();

        await Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 2, "the other key goes on");
        Broker.Payloads.Should().Equal("2");
        (await Relay.GetWaitingAsync()).Should().Equal("1", "3");

        await Relay.UseAsync(context => Bucket(context, lost).ExecuteUpdateAsync(row => row.SetProperty(to => to.Owner, (Guid?)null)));
        await QuietAsync();
        Broker.Payloads.Should().Equal("2", "1", "3");
    }

    [SpecificationFact]
    public async Task Relay_LeasesRunOutUnrenewed_GivesUpEverythingInFlightByItsOwnClock()
    {
        await UseOptionsAsync(options => (options.LeaseDuration, options.RenewInterval) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100)));
        Broker.Hang();
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "b", "2"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Accepted == 2, "all are in flight");

        await Relay.UseAsync(async context =>
        {
            // Nobody took a bucket: the database only keeps the relay waiting for its renewal.
            await using var transaction = await context.Database.BeginTransactionAsync();
            await context.Set<OutboxBucketRecord>().ExecuteUpdateAsync(row => row.SetProperty(to => to.Epoch, to => to.Epoch));
            await Eventually.BeTrueAsync(() => Broker.Abandoned == 1, "its sender is given up");
            Broker.Answer();
            Broker.Log.Should().BeEmpty("its leases are over, whoever has them now");
            return 0;
        });

        await QuietAsync();
        Broker.Payloads.Should().BeEquivalentTo("1", "2");
    }

    private static int BucketOf(string key) => OrderingKey.Hash(Encoding.UTF8.GetBytes(key), Guid.Empty) % 32;

    private static IQueryable<OutboxBucketRecord> Bucket(DbContext context, int bucket) => context.Set<OutboxBucketRecord>().Where(row => row.Bucket == bucket);
}
