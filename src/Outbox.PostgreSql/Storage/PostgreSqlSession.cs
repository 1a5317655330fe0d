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

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
