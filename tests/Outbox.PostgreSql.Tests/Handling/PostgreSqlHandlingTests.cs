using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Handling;

[NeedsPostgreSql]
public sealed class PostgreSqlHandlingTests : HandlingSpecification
{
    protected override async Task<HandlingDatabase> CreateDatabaseAsync()
    {
        var connection = await PostgreSqlServer.CreateDatabaseAsync();
        return new HandlingDatabase(
            (options, isRetrying) => options.UseNpgsql(
                connection,
                npgsql =>
                {
                    if (isRetrying)
                    {
                        npgsql.ExecutionStrategy(dependencies => new RetryingTestStrategy(dependencies));
                    }
                }),
            () => PostgreSqlServer.DropDatabaseAsync(connection));
    }
}
