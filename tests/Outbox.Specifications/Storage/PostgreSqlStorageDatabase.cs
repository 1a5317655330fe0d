using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Specifications.Servers;

namespace Outbox.Specifications.Storage;

/// <summary>The EF stores or the PostgreSQL stores on a real PostgreSQL, with an execution strategy that retries.</summary>
/// <param name="ownStores">Whether the PostgreSQL stores are used.</param>
public sealed class PostgreSqlStorageDatabase<TContext>(bool ownStores) : StorageDatabase(typeof(TContext))
    where TContext : DbContext
{
    private string _connectionString = "";

    public override async Task WaitUntilBlockedAsync()
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
        var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
        while (await command.ExecuteScalarAsync(patience) is 0L)
        {
            await Task.Yield();
        }
    }

    protected override async Task MakeAsync() => _connectionString = await PostgreSqlServer.CreateDatabaseAsync();

    protected override void Register(IServiceCollection services)
    {
        services.AddDbContext<TContext>(
            options => options.UseNpgsql(_connectionString, npgsql => npgsql.EnableRetryOnFailure()), optionsLifetime: ServiceLifetime.Singleton);
        services.AddOutbox<TContext>(outbox =>
        {
            if (ownStores)
            {
                outbox.UsePostgreSql();
            }
        });
    }

    protected override Task DropAsync() => PostgreSqlServer.DropDatabaseAsync(_connectionString);
}
