using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Outbox.LoadTest.Shop;
using Outbox.Messages;

namespace Outbox.LoadTest.Filling;

/// <summary>Rows of the outbox, as Capture writes them, that nobody sees until they are shown all at once.</summary>
internal sealed class HiddenRows : IAsyncDisposable
{
    /// <summary>How many keys the rows have.</summary>
    public const int Keys = 5_000;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private HiddenRows(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>The highest id that was written.</summary>
    public long LastId { get; private set; }

    public static async Task<HiddenRows> FillAsync(string connectionString, string topic, int count)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var rows = new HiddenRows(connection, await connection.BeginTransactionAsync());
        await rows.CopyAsync(topic, count);
        await using var last = new NpgsqlCommand("SELECT max(id) FROM outbox_message", connection);
        rows.LastId = (long)(await last.ExecuteScalarAsync())!;
        return rows;
    }

    /// <summary>Commits.</summary>
    public Task ShowAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task CopyAsync(string topic, int count)
    {
        await using var copy = await _connection.BeginBinaryImportAsync(
            "COPY outbox_message (key_hash, message_id, topic, key, payload, headers) FROM STDIN (FORMAT BINARY)");
        var headers = new MessageHeaders();
        for (var sequence = 0; sequence < count; sequence++)
        {
            var customer = sequence % Keys;
            var key = Encoding.UTF8.GetBytes($"{customer}");
            var id = Guid.CreateVersion7();
            headers.Clear();
            headers.Add(OutboxHeaders.MessageType, OrderPlaced.Name).Add(OutboxHeaders.TraceParent, $"00-{id:N}-{sequence:x16}-01");
            await copy.StartRowAsync();
            await copy.WriteAsync(OrderingKey.Hash(key, id), NpgsqlDbType.Integer);
            await copy.WriteAsync(id, NpgsqlDbType.Uuid);
            await copy.WriteAsync(topic, NpgsqlDbType.Text);
            await copy.WriteAsync(key, NpgsqlDbType.Bytea);
            await copy.WriteAsync(
                JsonSerializer.SerializeToUtf8Bytes(OrderPlaced.Create(sequence, customer), JsonSerializerOptions.Web), NpgsqlDbType.Bytea);
            await copy.WriteAsync(HeaderCodec.Encode(headers), NpgsqlDbType.Text);
        }

        await copy.CompleteAsync();
    }
}
