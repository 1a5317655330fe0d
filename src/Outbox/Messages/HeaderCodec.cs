using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Outbox.Messages;

/// <summary>
/// Headers as they are stored: a JSON array of pairs, <c>[["name","text"],["name",null],["name",{"base64":"…"}]]</c>. Readable in
/// the database; order, repeats, nulls and any bytes are kept.
/// </summary>
internal static class HeaderCodec
{
    /// <summary>The encoding of no headers.</summary>
    public const string Empty = "[]";

    private const int MaxCachedNames = 32;

    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static string[] _names = [];

    public static string Encode(MessageHeaders headers)
    {
        if (headers.Count == 0)
        {
            return Empty;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, Readable);
        writer.WriteStartArray();
        foreach (var header in headers)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(header.Name);
            WriteValue(writer, header.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads headers and adds them to a list.</summary>
    /// <exception cref="OutboxException">The text is not what <see cref="Encode"/> writes.</exception>
    public static void Decode(ReadOnlySpan<byte> json, MessageHeaders headers)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            Expect(ref reader, JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                Expect(ref reader, JsonTokenType.String);
                var name = ReadName(ref reader);
                headers.Add(new MessageHeader(name, ReadValue(ref reader)));
                Expect(ref reader, JsonTokenType.EndArray);
            }

            if (reader.TokenType != JsonTokenType.EndArray || reader.Read())
            {
                throw Malformed(null);
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw Malformed(exception);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, byte[]? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else if (Utf8.IsValid(value))
        {
            writer.WriteStringValue(value);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteBase64String("base64", value);
            writer.WriteEndObject();
        }
    }

    private static byte[]? ReadValue(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            throw Malformed(null);
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return ReadBytes(ref reader);
            case JsonTokenType.StartObject:
                Expect(ref reader, JsonTokenType.PropertyName);
                if (!reader.ValueTextEquals("base64"u8))
                {
                    throw Malformed(null);
                }

                Expect(ref reader, JsonTokenType.String);
                var bytes = reader.GetBytesFromBase64();
                Expect(ref reader, JsonTokenType.EndObject);
                return bytes;
            default:
                throw Malformed(null);
        }
    }

    private static byte[] ReadBytes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.ToArray();
        }

        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return rented.AsSpan(0, reader.CopyString(rented)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static string ReadName(ref Utf8JsonReader reader)
    {
        // A relay sees the same few names millions of times; hostile variety is cut off at the cache's size.
        var names = Volatile.Read(ref _names);
        foreach (var known in names)
        {
            if (reader.ValueTextEquals(known))
            {
                return known;
            }
        }

        var name = reader.GetString()!;
        if (names.Length < MaxCachedNames)
        {
            // Whoever comes second leaves it: the name is met again.
            Interlocked.CompareExchange(ref _names, [.. names, name], names);
        }

        return name;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw Malformed(null);
        }
    }

    private static OutboxException Malformed(Exception? cause) =>
        new("A row's headers are not the JSON that this library writes: [[\"name\",\"value\"],…]. Mend or delete the row.", cause!);
}
