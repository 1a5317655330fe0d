using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>
/// Sees writers by the lock that every insert takes on the table before it can take an id from the sequence. The lock is named by its
/// virtual transaction and not by the process: a prepared transaction keeps it without a process.
/// </summary>
internal sealed class PostgreSqlWriterWatch : IWriterWatch, IAsyncDisposable
{
    private readonly NpgsqlCommand _lastId;
    private readonly NpgsqlCommand _writers;

    private PostgreSqlWriterWatch(NpgsqlCommand lastId, NpgsqlCommand writers) => (_lastId, _writers) = (lastId, writers);

    public static async ValueTask<PostgreSqlWriterWatch> StartAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var table = session.Tables.Messages;
        var sequence = await FindSequenceAsync(session, table, cancellationToken).ConfigureAwait(false);
        var lastId = await session.PrepareAsync(
            $"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}", [], cancellationToken).ConfigureAwait(false);
        var writers = await session.PrepareAsync(
            "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted "
            + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation = $1::text::regclass",
            [new NpgsqlParameter<string> { TypedValue = table.Name, NpgsqlDbType = NpgsqlDbType.Text }],
            cancellationToken).ConfigureAwait(false);
        return new PostgreSqlWriterWatch(lastId, writers);
    }

    public async ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken) =>
        (long)(await _lastId.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;

    public async ValueTask<IReadOnlySet<string>> GetOpenWritersAsync(CancellationToken cancellationToken)
    {
        var writers = new HashSet<string>(StringComparer.Ordinal);
        var reader = await _writers.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                writers.Add(reader.GetString(0));
            }
        }

        return writers;
    }

    public async ValueTask DisposeAsync()
    {
        await _lastId.DisposeAsync().ConfigureAwait(false);
        await _writers.DisposeAsync().ConfigureAwait(false);
    }

    private static async ValueTask<string> FindSequenceAsync(PostgreSqlSession session, OutboxTable table, CancellationToken cancellationToken)
    {
        var command = await session.PrepareAsync(
            "SELECT pg_get_serial_sequence($1, $2)",
            [
                new NpgsqlParameter<string> { TypedValue = table.Name, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string> { TypedValue = table["Id"].Trim('"'), NpgsqlDbType = NpgsqlDbType.Text },
            ],
            cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string ?? throw new OutboxException(
                $"The column {table["Id"]} of {table.Name} has no sequence. It must be an identity column, as modelBuilder.AddOutbox() maps it.");
        }
    }
}
