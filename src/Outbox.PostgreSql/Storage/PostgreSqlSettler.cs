using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>Deletes acknowledged messages with one prepared statement, or moves them to the archive with another.</summary>
internal sealed class PostgreSqlSettler : IOutboxSettler
{
    private readonly PostgreSqlSession _session;
    private readonly NpgsqlCommand _delete;
    private readonly NpgsqlParameter<long[]> _ids;
    private ArchiveStatement? _archive;

    private PostgreSqlSettler(PostgreSqlSession session, NpgsqlCommand delete, NpgsqlParameter<long[]> ids) =>
        (_session, _delete, _ids) = (session, delete, ids);

    public static async ValueTask<PostgreSqlSettler> StartAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var table = session.Tables.Messages;
        var ids = new NpgsqlParameter<long[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        var delete = await session.PrepareAsync($"DELETE FROM {table.Name} WHERE {table["Id"]} = ANY($1)", [ids], cancellationToken)
            .ConfigureAwait(false);
        return new PostgreSqlSettler(session, delete, ids);
    }

    public async ValueTask<int> DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return 0;
        }

        _ids.TypedValue = ids as long[] ?? [.. ids];
        return await _delete.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<int> ArchiveAsync(IReadOnlyList<SentMessage> sent, CancellationToken cancellationToken)
    {
        if (sent.Count == 0)
        {
            return 0;
        }

        _archive ??= await ArchiveStatement.PrepareAsync(_session, cancellationToken).ConfigureAwait(false);
        return await _archive.RunAsync(sent, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_archive is not null)
        {
            await _archive.DisposeAsync().ConfigureAwait(false);
        }

        await _delete.DisposeAsync().ConfigureAwait(false);
        await _session.DisposeAsync().ConfigureAwait(false);
    }
}
