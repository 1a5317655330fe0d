using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class CommitSignalPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : CommitSignalSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>
{
    [SpecificationFact]
    public async Task TransactionScope_WakesWhenItIsCommitted()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                db.Enqueue(new Ping("lost"));
                await db.SaveChangesAsync();
            }

            (await Woken(host)).Should().BeFalse();
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                db.Enqueue(new Ping("a"));
                await db.SaveChangesAsync();
                scope.Complete();
                (await Woken(host)).Should().BeFalse();
            }

            (await Woken(host)).Should().BeTrue();
        });
    }
}
