using Npgsql;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>A connection that one caller at a time uses.</summary>
internal sealed class PostgreSqlSession(NpgsqlConnection connection, OutboxTables tables, bool isPooled) : IAsyncDisposable
{
    /// <summary>
    /// Whether a transaction pooler is between here and the server: each transaction may run in another session of the server there,
    /// which others use before and after. So nothing may outlive a transaction: no lock, no listening, no setting, no prepared statement.
    /// </summary>
    public bool IsPooled => isPooled;

    public OutboxTables Tables => tables;

    public NpgsqlConnection Connection => connection;

    /// <summary>Makes a prepared statement, where the session can have one. It lives as long as the session.</summary>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    public async ValueTask<NpgsqlCommand> PrepareAsync(string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        if (isPooled)
        {
            return command;
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
