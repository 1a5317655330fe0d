using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Handling;

namespace Outbox.Tests.Handling;

public sealed class SqliteHandlingTests : HandlingSpecification
{
    protected override Task<HandlingDatabase> CreateDatabaseAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"outbox-{Guid.NewGuid():N}.db");
        var connection = $"Data Source={file};Default Timeout=10";
        return Task.FromResult(new HandlingDatabase(
            (options, isRetrying) => options.UseSqlite(
                connection,
                sqlite =>
                {
                    if (isRetrying)
                    {
                        sqlite.ExecutionStrategy(dependencies => new RetryingTestStrategy(dependencies));
                    }
                }),
            () =>
            {
                using (var pool = new SqliteConnection(connection))
                {
                    SqliteConnection.ClearPool(pool);
                }

                File.Delete(file);
                return Task.CompletedTask;
            }));
    }
}
