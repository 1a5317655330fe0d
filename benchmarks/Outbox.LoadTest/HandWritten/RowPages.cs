using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Outbox.LoadTest.HandWritten;

/// <summary>Reads pages of rows with prepared statements on a connection of its own.</summary>
internal sealed class RowPages : IAsyncDisposable
{
    private const int PageSize = 2_000;
    private const string Columns = "SELECT id, message_id, topic, key, payload, headers FROM outbox_message";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlParameter<long> _after = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long[]> _known = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    private readonly StoredHeaders _headers = new();
    private readonly NpgsqlCommand _onwards;
    private readonly NpgsqlCommand _unknown;
    private string _lastTopic = "";
    private byte[] _lastTopicBytes = [];

    private RowPages(NpgsqlConnection connection)
    {
        _connection = connection;
        _onwards = new NpgsqlCommand($"{Columns} WHERE id > $1 ORDER BY id LIMIT {PageSize}", connection) { Parameters = { _after } };
        _unknown = new NpgsqlCommand($"{Columns} WHERE id <> ALL($1) ORDER BY id LIMIT {PageSize}", connection) { Parameters = { _known } };
    }

    public static async Task<RowPages> OpenAsync(string connectionString)
    {
        var connection = await ConnectAsync(connectionString);
        var pages = new RowPages(connection);
        await pages._onwards.PrepareAsync();
        await pages._unknown.PrepareAsync();
        return pages;
    }

    /// <summary>A connection whose planner stays with the primary key, whatever the statistics of a table say that fills and empties.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ReadBufferSize = 128 << 10 }.ConnectionString);
        await connection.OpenAsync();
        await using var settings = new NpgsqlCommand("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off", connection);
        await settings.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>The next page behind an id.</summary>
    public Task ReadAsync(long after, List<HandWrittenRow> rows, CancellationToken cancellationToken)
    {
        _after.TypedValue = after;
        return ReadAsync(_onwards, rows, cancellationToken);
    }

    /// <summary>The lowest rows but those that are known.</summary>
    public Task ReadAsync(IReadOnlyCollection<long> known, List<HandWrittenRow> rows, CancellationToken cancellationToken)
    {
        _known.TypedValue = [.. known];
        return ReadAsync(_unknown, rows, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _onwards.DisposeAsync();
        await _unknown.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ReadAsync(NpgsqlCommand command, List<HandWrittenRow> rows, CancellationToken cancellationToken)
    {
        rows.Clear();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new HandWrittenRow(
                reader.GetInt64(0),
                Topic(reader),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<byte[]>(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
                _headers.Parse(reader.GetGuid(1), reader.GetFieldValue<byte[]>(5))));
        }
    }

    private string Topic(NpgsqlDataReader reader)
    {
        var topic = reader.GetFieldValue<byte[]>(2);
        if (!topic.AsSpan().SequenceEqual(_lastTopicBytes))
        {
            (_lastTopicBytes, _lastTopic) = (topic, Encoding.UTF8.GetString(topic));
        }

        return _lastTopic;
    }
}
