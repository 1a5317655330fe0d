using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Outbox.LoadTest.Filling;
using Outbox.LoadTest.Shop;
using Outbox.Messages;

namespace Outbox.LoadTest.Scheduling;

/// <summary>
/// Scheduled messages that are all due, as Capture writes them. A message with a higher number is due later and has a lower id, so that
/// only the order of due times keeps the order of a key.
/// </summary>
internal static class ScheduledRows
{
    public static async Task FillAsync(string connectionString, string topic, int count)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY outbox_scheduled (key_hash, message_id, topic, key, payload, headers, due_at) FROM STDIN (FORMAT BINARY)");
        var allDue = DateTime.UtcNow.AddSeconds(-1);
        var headers = new MessageHeaders();
        for (var sequence = count - 1; sequence >= 0; sequence--)
        {
            var customer = sequence % HiddenRows.Keys;
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
            await copy.WriteAsync(allDue.AddMicroseconds(sequence - count), NpgsqlDbType.TimestampTz);
        }

        await copy.CompleteAsync();
    }
}
