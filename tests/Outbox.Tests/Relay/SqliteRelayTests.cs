using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Relay;

namespace Outbox.Tests.Relay;

public sealed class SqliteRelayTests : RelaySpecification
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-relay-{Guid.NewGuid():N}.db");

    protected override Task<Action<DbContextOptionsBuilder>> CreateDatabaseAsync() =>
        Task.FromResult<Action<DbContextOptionsBuilder>>(options => options.UseSqlite($"Data Source={_file}"));

    protected override async Task<bool> HasOpenTransactionAsync()
    {
        // Waits for every reader and writer, and says whether one was still there.
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_file}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        return (long)(await command.ExecuteScalarAsync())! != 0;
    }

    protected override Task DropDatabaseAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }

        return Task.CompletedTask;
    }
}
