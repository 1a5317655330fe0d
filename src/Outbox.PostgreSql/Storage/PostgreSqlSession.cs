using Npgsql;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>A connection that one caller at a time uses.</summary>
internal sealed class PostgreSqlSession(NpgsqlConnection connection, OutboxTables tables) : IAsyncDisposable
{
    public OutboxTables Tables => tables;

    public NpgsqlConnection Connection => connection;

    /// <summary>Makes a prepared statement. It lives as long as the session.</summary>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    public async ValueTask<NpgsqlCommand> PrepareAsync(string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        try
        {
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            return command;
        }
        catch (PostgresException error) when (PostgreSqlErrors.IsMissing(error))
        {
            throw tables.NotMigrated(error);
        }
    }

    /// <summary>
    /// Whether a pooler is between here and the server: it tells a process id of its own. Neither locks nor what is listened to may
    /// outlive a transaction there.
    /// </summary>
    public async ValueTask<bool> IsPooledAsync(CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        await using (command.ConfigureAwait(false))
        {
            return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! != connection.ProcessID;
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
