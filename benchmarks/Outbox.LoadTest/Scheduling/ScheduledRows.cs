using Npgsql;
using NpgsqlTypes;
using Outbox.LoadTest.Filling;

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
            $"COPY outbox_scheduled ({OrderRow.Columns}, due_at) FROM STDIN (FORMAT BINARY)");
        var allDue = DateTime.UtcNow.AddSeconds(-1);
        var row = new OrderRow(topic);
        for (var sequence = count - 1; sequence >= 0; sequence--)
        {
            await row.StartAsync(copy, sequence);
            await copy.WriteAsync(allDue.AddMicroseconds(sequence - count), NpgsqlDbType.TimestampTz);
        }

        await copy.CompleteAsync();
    }
}
