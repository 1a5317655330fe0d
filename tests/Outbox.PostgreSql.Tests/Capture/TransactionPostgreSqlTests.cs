using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class TransactionPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : TransactionSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>
{
    [SpecificationFact]
    public async Task TransactionScope_Completed_WritesAndAbandoned_WritesNothing()
    {
        await InContext(Host(), async db =>
        {
            using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                db.Add(new Account());
                db.Enqueue(new Ping("lost"));
                await db.SaveChangesAsync();
            }

            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            foreach (var n in Enumerable.Range(0, 9))
            {
                db.Enqueue(new Ping($"{n}"));
            }

            await db.SaveChangesAsync();
            scope.Complete();
        });

        (await WaitingBodies()).Should().Equal(Enumerable.Range(0, 9).Select(n => Body($"{n}")));
    }
}
