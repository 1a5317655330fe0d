using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Replay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Replay;

[NeedsPostgreSql]
public sealed class PostgreSqlReplayTests : ReplaySpecification
{
    protected override bool CanCancelInATransaction => true;

    protected override async Task<HandlingDatabase> CreateDatabaseAsync()
    {
        var connection = await PostgreSqlServer.CreateDatabaseAsync();
        return new HandlingDatabase((options, _) => options.UseNpgsql(connection), () => PostgreSqlServer.DropDatabaseAsync(connection))
        {
            UseStores = outbox => outbox.UsePostgreSql(),
        };
    }
}
