using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Replay;

namespace Outbox.Tests.Replay;

public sealed class SqliteReplayTests : ReplaySpecification
{
    protected override Task<HandlingDatabase> CreateDatabaseAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"outbox-{Guid.NewGuid():N}.db");
        var connection = $"Data Source={file};Default Timeout=20";
        return Task.FromResult(new HandlingDatabase(
            (options, _) => options.UseSqlite(connection),
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
