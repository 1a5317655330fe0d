using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>The prepared statement that deletes acknowledged messages and keeps them in the archive.</summary>
internal sealed class ArchiveStatement : IAsyncDisposable
{
    private static readonly string[] Copied = ["KeyHash", "MessageId", "Topic", "Key", "Payload", "Headers", "CreatedAt"];

    private readonly NpgsqlParameter<long[]> _ids = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<int[]> _partitions = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<long[]> _offsets = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    private NpgsqlCommand _command = null!;

    private ArchiveStatement()
    {
    }

    public static async ValueTask<ArchiveStatement> PrepareAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var (messages, archive) = (session.Tables.Messages, session.Tables.RequireArchive());
        var statement = new ArchiveStatement();
        var sql = $"WITH gone AS (DELETE FROM {messages.Name} WHERE {messages["Id"]} = ANY($1) RETURNING {messages["Id"]}, {messages.Columns(Copied)}) "
            + $"INSERT INTO {archive.Name} ({archive.Columns(Copied)}, {archive.Columns("Partition", "Offset")}) "
            + $"SELECT {messages.Columns(Copied)}, NULLIF(sent_partition, -1), NULLIF(sent_offset, -1) "
            + "FROM gone JOIN UNNEST($1, $2, $3) AS sent (sent_id, sent_partition, sent_offset) "
            + $"ON sent_id = gone.{messages["Id"]}";
        statement._command = await session.PrepareAsync(sql, [statement._ids, statement._partitions, statement._offsets], cancellationToken)
            .ConfigureAwait(false);
        return statement;
    }

    /// <returns>How many messages were there.</returns>
    public async ValueTask<int> RunAsync(IReadOnlyList<SentMessage> sent, CancellationToken cancellationToken)
    {
        var (ids, partitions, offsets) = (new long[sent.Count], new int[sent.Count], new long[sent.Count]);
        for (var i = 0; i < ids.Length; i++)
        {
            (ids[i], partitions[i], offsets[i]) = (sent[i].Id, Math.Max(-1, sent[i].Partition), Math.Max(-1, sent[i].Offset));
        }

        (_ids.TypedValue, _partitions.TypedValue, _offsets.TypedValue) = (ids, partitions, offsets);
        return await _command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();
}
