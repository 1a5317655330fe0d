using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Outbox.LoadTest.Shop;
using Outbox.Messages;

namespace Outbox.LoadTest.Filling;

/// <summary>Writes the columns that every table of waiting messages has, as Capture does. Used by one caller at a time.</summary>
internal sealed class OrderRow(string topic)
{
    /// <summary>How many keys the rows have.</summary>
    public const int Keys = 5_000;

    /// <summary>The columns, in the order in which they are written.</summary>
    public const string Columns = "key_hash, message_id, topic, key, payload, headers";

    private readonly MessageHeaders _headers = new();

    /// <summary>Begins a row and writes its columns; the caller adds its own behind them.</summary>
    public async Task StartAsync(NpgsqlBinaryImporter copy, int sequence)
    {
        var customer = sequence % Keys;
        var key = Encoding.UTF8.GetBytes($"{customer}");
        var id = Guid.CreateVersion7();
        _headers.Clear();
        _headers.Add(OutboxHeaders.MessageType, OrderPlaced.Name).Add(OutboxHeaders.TraceParent, $"00-{id:N}-{sequence:x16}-01");
        await copy.StartRowAsync();
        await copy.WriteAsync(OrderingKey.Hash(key, id), NpgsqlDbType.Integer);
        await copy.WriteAsync(id, NpgsqlDbType.Uuid);
        await copy.WriteAsync(topic, NpgsqlDbType.Text);
        await copy.WriteAsync(key, NpgsqlDbType.Bytea);
        await copy.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(OrderPlaced.Create(sequence, customer), JsonSerializerOptions.Web), NpgsqlDbType.Bytea);
        await copy.WriteAsync(HeaderCodec.Encode(_headers), NpgsqlDbType.Text);
    }
}
