using Outbox.Transport;

namespace Outbox.Mapping;

/// <summary>Messages as this library writes them.</summary>
internal sealed class OwnIncomingFormat : IIncomingFormat
{
    public static readonly OwnIncomingFormat Instance = new();

    private OwnIncomingFormat()
    {
    }

    public ReceivedId? IdOf(ReceivedMessage message) => null;

    public string NameOf(ReceivedMessage message) =>
        message.Headers.GetText(OutboxHeaders.MessageType) is { Length: > 0 } name
            ? name
            : throw new MessageFormatException(
                $"The message has no '{OutboxHeaders.MessageType}' header. If another library writes this topic, say where the name is: Subscribe(\"…\", map => …).");

    public byte[]? BodyOf(ReceivedMessage message) => message.Payload;
}
