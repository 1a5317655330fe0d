using System.Text.Json;
using Confluent.Kafka;

namespace Outbox.LoadTest.HandWritten;

/// <summary>Parses the stored headers straight into those of the client.</summary>
internal sealed class StoredHeaders
{
    private readonly List<string> _names = [];

    public Headers Parse(Guid messageId, ReadOnlySpan<byte> json)
    {
        var id = new byte[36];
        messageId.TryFormat(id, out _);
        var headers = new Headers { { OutboxHeaders.MessageId, id } };
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            var name = Name(ref reader);
            reader.Read();
            headers.Add(name, Value(ref reader));
            reader.Read();
        }

        return headers;
    }

    private static byte[]? Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String when !reader.ValueIsEscaped:
                return reader.ValueSpan.ToArray();
            case JsonTokenType.String:
                return System.Text.Encoding.UTF8.GetBytes(reader.GetString()!);
            default:
                reader.Read();
                reader.Read();
                var bytes = reader.GetBytesFromBase64();
                reader.Read();
                return bytes;
        }
    }

    private string Name(ref Utf8JsonReader reader)
    {
        foreach (var known in _names)
        {
            if (reader.ValueTextEquals(known))
            {
                return known;
            }
        }

        var name = reader.GetString()!;
        if (_names.Count < 16)
        {
            _names.Add(name);
        }

        return name;
    }
}
