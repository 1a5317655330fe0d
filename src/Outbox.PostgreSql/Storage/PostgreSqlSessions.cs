using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>Opens connections of the relay's own, with the settings of the context's. Safe for concurrent use.</summary>
internal sealed class PostgreSqlSessions(IServiceScopeFactory scopes, Type contextType)
{
    // A batch is a megabyte and more: with the usual 8 KiB it comes in hundreds of small reads, each a wait and a wake-up.
    private const int ReadBufferBytes = 128 << 10;

    /// <summary>Opens an unpooled connection: its settings must not reach the application, and the application's pool keeps its size.</summary>
    /// <param name="settings">Statements that set up the session; null for none. Behind a transaction pooler they are left out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="keepAlive">After how many idle seconds the server is asked whether it is there; 0 for what the context's connection says.</param>
    public async ValueTask<PostgreSqlSession> OpenAsync(string? settings, CancellationToken cancellationToken, int keepAlive = 0)
    {
        var (connection, tables) = await CloneAsync(keepAlive, cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var isPooled = await IsPooledAsync(connection, cancellationToken).ConfigureAwait(false);
            if (settings is not null && !isPooled)
            {
                var command = new NpgsqlCommand(settings, connection);
                await using (command.ConfigureAwait(false))
                {
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return new PostgreSqlSession(connection, tables, isPooled);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A pooler tells a process id of its own.</summary>
    private static async ValueTask<bool> IsPooledAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        await using (command.ConfigureAwait(false))
        {
            return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! != connection.ProcessID;
        }
    }

    private async ValueTask<(NpgsqlConnection Connection, OutboxTables Tables)> CloneAsync(int keepAlive, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext?)scope.ServiceProvider.GetService(contextType) ?? throw new OutboxException(
                $"{contextType.Name} is not registered. Add services.AddDbContext<{contextType.Name}>(…), or one of its kin.");
            var source = context.Database.GetDbConnection() as NpgsqlConnection ?? throw new OutboxException(
                $"UsePostgreSql() needs a context on PostgreSQL: configure {contextType.Name} with UseNpgsql, or leave UsePostgreSql() out.");
            var own = new NpgsqlConnectionStringBuilder(source.ConnectionString)
            {
                Pooling = false,
                Multiplexing = false,
                Enlist = false,
                MaxAutoPrepare = 0,
            };
            own.ReadBufferSize = Math.Max(own.ReadBufferSize, ReadBufferBytes);
            own.KeepAlive = keepAlive > 0 ? keepAlive : own.KeepAlive;
            var clone = await source.CloneWithAsync(own.ConnectionString, cancellationToken).ConfigureAwait(false);
            return (clone, OutboxTables.Of(context));
        }
    }
}
