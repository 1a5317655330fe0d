using System.Text;
using System.Text.Json;
using Outbox.Transport;

namespace Outbox.Mapping;

/// <summary>Messages of Debezium's outbox event router, https://debezium.io/documentation/reference/stable/transformations/outbox-event-router.html.</summary>
internal sealed class DebeziumFormat(DebeziumOutboxOptions options) : IIncomingFormat
{
    public ReceivedId? IdOf(ReceivedMessage message) =>
        Text(message, options.IdHeader) is { } id && !string.IsNullOrWhiteSpace(id) ? new ReceivedId(id) : null;

    public string NameOf(ReceivedMessage message) =>
        Text(message, options.EventTypeHeader) is { Length: > 0 } name ? name : throw new MessageFormatException(
            $"The message has no '{options.EventTypeHeader}' header. Let the outbox event router write it (table.fields.additional.placement=type:header:{options.EventTypeHeader}), or give the name in the topic's map.");

    public byte[]? BodyOf(ReceivedMessage message)
    {
        if (message.Payload is null || options.Payload == DebeziumPayload.Bytes)
        {
            return message.Payload;
        }

        try
        {
            return options.Payload == DebeziumPayload.JsonWithSchema ? WithoutSchema(message.Payload) : WithoutQuotes(message.Payload);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MessageFormatException($"The body is not what the outbox event router writes as {nameof(DebeziumPayload)}.{options.Payload}.");
        }
    }

    /// <summary>A JSON converter for headers puts text into quotes.</summary>
    private static string? Text(ReceivedMessage message, string header)
    {
        var text = message.Headers.GetText(header);
        return text is ['"', .. var inner, '"'] ? inner : text;
    }

    private static byte[]? WithoutSchema(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("payload", out var inner))
        {
            throw new JsonException();
        }

        return inner.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => Encoding.UTF8.GetBytes(inner.GetString()!),
            _ => Encoding.UTF8.GetBytes(inner.GetRawText()),
        };
    }

    private static byte[]? WithoutQuotes(byte[] payload)
    {
        var reader = new Utf8JsonReader(payload);
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => Encoding.UTF8.GetBytes(reader.GetString()!),
            _ => payload,
        };
    }
}
