using System.Text.Json;

namespace Outbox;

/// <summary>
/// System.Text.Json, UTF-8. Give options whose <see cref="JsonSerializerOptions.TypeInfoResolver"/> is a source-generated
/// context to avoid reflection. Default options: <see cref="JsonSerializerOptions.Web"/>.
/// </summary>
/// <param name="options">How to write and read; null for the default.</param>
public sealed class JsonMessageSerializer(JsonSerializerOptions? options = null) : IMessageSerializer
{
    private readonly JsonSerializerOptions _options = options ?? JsonSerializerOptions.Web;

    /// <inheritdoc />
    public byte[] Serialize(object message, Type messageType) =>
        JsonSerializer.SerializeToUtf8Bytes(message, _options.GetTypeInfo(messageType));

    /// <inheritdoc />
    public object Deserialize(ReadOnlySpan<byte> payload, Type messageType)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, _options.GetTypeInfo(messageType))
                ?? throw new MessageFormatException($"The body is the JSON literal null, not a {messageType.Name}.");
        }
        catch (JsonException exception)
        {
            throw new MessageFormatException(
                $"The body is not a {messageType.Name}: error at line {exception.LineNumber}, byte {exception.BytePositionInLine}.");
        }
    }
}
