using System.Text;
using Npgsql;
using Outbox.Messages;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>Writes one waiting message by plain SQL, inside whatever transaction is open.</summary>
internal static class InterleavedInsert
{
    public static async Task RunAsync(NpgsqlConnection connection, string key, string payload)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO outbox_message (key_hash, message_id, topic, key, payload, headers) VALUES ($1, $2, 'orders', $3, $4, '[]')", connection);
        var bytes = Encoding.UTF8.GetBytes(key);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = OrderingKey.Hash(bytes, Guid.Empty) });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = bytes });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Encoding.UTF8.GetBytes(payload) });
        await command.ExecuteNonQueryAsync();
    }
}
