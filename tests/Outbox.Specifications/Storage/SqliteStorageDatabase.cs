using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Specifications.Storage;

/// <summary>The EF stores on a SQLite file.</summary>
public sealed class SqliteStorageDatabase<TContext>() : StorageDatabase(typeof(TContext))
    where TContext : DbContext
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-{Guid.NewGuid():N}.db");

    private string ConnectionString => $"Data Source={_file}";

    protected override Task MakeAsync() => Task.CompletedTask;

    protected override void Register(IServiceCollection services)
    {
        services.AddDbContextPool<TContext>(options => options.UseSqlite(ConnectionString));
        services.AddOutbox<TContext>(_ => { });
    }

    protected override Task DropAsync()
    {
        using (var pool = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(pool);
        }

        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" })
        {
            File.Delete(file);
        }

        return Task.CompletedTask;
    }
}
