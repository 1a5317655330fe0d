using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Capture;

/// <summary>A file of its own.</summary>
public sealed class SqliteCaptureDatabase : CaptureDatabase
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"capture-{Guid.NewGuid():N}.db");

    public override void Use(DbContextOptionsBuilder options, bool retrying) =>
        options.UseSqlite($"Data Source={_path}", sqlite =>
        {
            if (retrying)
            {
                sqlite.ExecutionStrategy(dependencies => new TestRetryStrategy(dependencies));
            }
        });

    protected override Task CreateAsync() => Task.CompletedTask;

    protected override Task DropAsync()
    {
        using (var connection = new SqliteConnection($"Data Source={_path}"))
        {
            SqliteConnection.ClearPool(connection);
        }

        File.Delete(_path);
        return Task.CompletedTask;
    }
}
