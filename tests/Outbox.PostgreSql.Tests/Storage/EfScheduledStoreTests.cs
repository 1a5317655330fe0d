using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;
using Outbox.Storage.Tables;

namespace Outbox.PostgreSql.Tests.Storage;

[NeedsPostgreSql]
public sealed class EfScheduledStoreTests : ScheduledStoreSpecification
{
    private static readonly DateTime Past = DateTime.UtcNow.AddHours(-1);

    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<NamedStorageContext>(ownStores: false);

    [SpecificationFact]
    public async Task MoveDueAsync_BucketsLockedElsewhere_PassesOverThemWithoutWaiting()
    {
        var leases = await LeaseAllAsync();
        await ScheduleAsync(("a", Past));
        await using var other = Database.NewContext();
        await other.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var renewal = await other.Database.BeginTransactionAsync();
            await other.Set<OutboxBucketRecord>().ExecuteUpdateAsync(row => row.SetProperty(to => to.Epoch, to => to.Epoch));

            (await Store.MoveDueAsync(BucketCount, leases, 100, new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token)).Should().Be(0);
        });

        (await Store.MoveDueAsync(BucketCount, leases, 100, default)).Should().Be(1);
    }

    [SpecificationFact]
    public async Task MoveDueAsync_MessageThatIsBeingCancelled_LeavesItToThatTransaction()
    {
        var leases = await LeaseAllAsync();
        var rows = await ScheduleAsync(("cancelled", Past), ("kept", Past));
        await using var canceller = Database.NewContext();
        await canceller.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await canceller.Database.BeginTransactionAsync();
            (await canceller.CancelScheduledAsync(rows[0].MessageId)).Should().BeTrue();
            (await Store.MoveDueAsync(BucketCount, leases, 100, new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token)).Should().Be(1);
            await transaction.CommitAsync();
        });

        (await Store.MoveDueAsync(BucketCount, leases, 100, default)).Should().Be(0);
        (await WaitingAsync()).Should().ContainSingle().Which.Topic.Should().Be("kept");
    }
}
