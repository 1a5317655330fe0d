using Npgsql;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>Reads waiting messages with prepared statements.</summary>
internal sealed class PostgreSqlReader : IOutboxReader
{
    private readonly PostgreSqlSession _session;
    private readonly Dictionary<ReadFilters, ReadStatement> _statements = [];
    private readonly TopicReader _topics = new();

    private PostgreSqlWriterWatch? _writers;

    private readonly SignOfLife _life;

    private PostgreSqlReader(PostgreSqlSession session) => (_session, _life) = (session, new SignOfLife(session));

    public IWriterWatch? Writers => _writers;

    public CancellationToken Lost => _life.Lost;

    public static async ValueTask<PostgreSqlReader> StartAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var reader = new PostgreSqlReader(session);
        await reader.StatementAsync(ReadFilters.None, cancellationToken).ConfigureAwait(false);
        reader._writers = await PostgreSqlWriterWatch.StartAsync(session, cancellationToken).ConfigureAwait(false);
        return reader;
    }

    public async ValueTask ReadAsync(OutboxRead read, ICollection<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var statement = await StatementAsync(ReadStatement.FiltersOf(read), cancellationToken).ConfigureAwait(false);
        statement.Set(read);
        var reader = await statement.Command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(Row(reader));
            }
        }
    }

    public ValueTask<bool> ShowLifeAsync(RelayIdentity relay, CancellationToken cancellationToken) => _life.ShowAsync(relay, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var statement in _statements.Values)
        {
            await statement.Command.DisposeAsync().ConfigureAwait(false);
        }

        if (_writers is not null)
        {
            await _writers.DisposeAsync().ConfigureAwait(false);
        }

        _life.Dispose();
        await _session.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<ReadStatement> StatementAsync(ReadFilters filters, CancellationToken cancellationToken)
    {
        if (!_statements.TryGetValue(filters, out var statement))
        {
            statement = await ReadStatement.PrepareAsync(_session, filters, cancellationToken).ConfigureAwait(false);
            _statements.Add(filters, statement);
        }

        return statement;
    }

    private OutboxRow Row(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetInt32(1),
        row.GetGuid(2),
        _topics.Read(row, 3),
        row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5),
        row.GetFieldValue<byte[]>(6),
        new DateTimeOffset(DateTime.SpecifyKind(row.GetDateTime(7), DateTimeKind.Utc)));
}
