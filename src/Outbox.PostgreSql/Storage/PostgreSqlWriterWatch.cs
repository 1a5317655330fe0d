using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>Looks at the table's sequence and at the locks that its writers hold.</summary>
internal sealed class PostgreSqlWriterWatch : IWriterWatch, IAsyncDisposable
{
    private readonly NpgsqlCommand _lastId;
    private readonly NpgsqlCommand _openWriters;

    private PostgreSqlWriterWatch(NpgsqlCommand lastId, NpgsqlCommand openWriters) => (_lastId, _openWriters) = (lastId, openWriters);

    public static async ValueTask<PostgreSqlWriterWatch> StartAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var (relation, sequence) = await FindAsync(session, cancellationToken).ConfigureAwait(false);

        // A sequence that has given out nothing says 1, not called. A lock belongs to a virtual transaction, which a prepared
        // transaction keeps; a process id would vanish.
        var lastId = await session.PrepareAsync($"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}", [], cancellationToken)
            .ConfigureAwait(false);
        var openWriters = await session.PrepareAsync(
            "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock' "
            + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            + string.Create(CultureInfo.InvariantCulture, $"AND relation = {relation}"),
            [],
            cancellationToken).ConfigureAwait(false);
        return new PostgreSqlWriterWatch(lastId, openWriters);
    }

    public async ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken) =>
        (long)(await _lastId.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;

    public async ValueTask<IReadOnlySet<string>> GetOpenWritersAsync(CancellationToken cancellationToken)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        var rows = await _openWriters.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (rows.ConfigureAwait(false))
        {
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                open.Add(rows.GetString(0));
            }
        }

        return open;
    }

    public async ValueTask DisposeAsync()
    {
        await _lastId.DisposeAsync().ConfigureAwait(false);
        await _openWriters.DisposeAsync().ConfigureAwait(false);
    }

    private static async ValueTask<(uint Relation, string Sequence)> FindAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var table = session.Tables.Messages;
        var find = await session.PrepareAsync(
            "SELECT $1::regclass::oid, s.seqrelid::regclass::text, s.seqcache FROM pg_sequence s "
            + "WHERE s.seqrelid = pg_get_serial_sequence($1, $2)::regclass",
            [Text(table.Name), Text(Plain(table["Id"]))],
            cancellationToken).ConfigureAwait(false);
        await using (find.ConfigureAwait(false))
        {
            var row = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false) || row.GetInt64(2) != 1)
                {
                    throw new OutboxException(
                        $"The column {table["Id"]} of {table.Name} must be an identity column whose sequence has a cache of 1, so that ids follow "
                        + "the order of commits. Do not call UseHiLo or similar for it in the model, and make the table by a migration.");
                }

                return (row.GetFieldValue<uint>(0), row.GetString(1));
            }
        }
    }

    private static NpgsqlParameter<string> Text(string value) => new() { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = value };

    // pg_get_serial_sequence wants a table as an identifier, but a column as plain text.
    private static string Plain(string name) => name[0] == '"' ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : name;
}
