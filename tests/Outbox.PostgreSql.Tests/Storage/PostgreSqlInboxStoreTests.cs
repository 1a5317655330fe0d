using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

[NeedsPostgreSql]
public sealed class PostgreSqlInboxStoreTests : InboxStoreSpecification
{
    [SpecificationFact]
    public async Task LimitAndMarkAsync_Transaction_IsBoundedUntilItsEnd()
    {
        await using var context = Database.NewContext();
        await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            var added = await Store.LimitAndMarkAsync(
                context, "billing", [new InboxMark(Guid.NewGuid(), InboxOutcome.Handled)], TimeSpan.FromSeconds(7), default);

            added.Should().HaveCount(1);
            (await SettingAsync(context, "lock_timeout"), await SettingAsync(context, "idle_in_transaction_session_timeout")).Should().Be(("7s", "7s"));
            await transaction.CommitAsync();
        });

        (await SettingAsync(context, "lock_timeout")).Should().Be("0", "the connection goes back to others");
    }

    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<StorageContext>(ownStores: true);

    private static Task<string> SettingAsync(DbContext context, string name) =>
        context.Database.SqlQueryRaw<string>("SELECT current_setting({0}) AS \"Value\"", name).SingleAsync();
}
