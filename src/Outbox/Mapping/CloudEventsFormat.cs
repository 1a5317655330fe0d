using Outbox.Transport;

namespace Outbox.Mapping;

/// <summary>CloudEvents 1.0 in binary content mode, and beside them messages as this library writes them without.</summary>
internal sealed class CloudEventsFormat : IIncomingFormat
{
    public static readonly CloudEventsFormat Instance = new();

    private static readonly string[] Required =
        [CloudEventAttributes.SpecVersion, CloudEventAttributes.Id, CloudEventAttributes.Source, CloudEventAttributes.Type];

    private CloudEventsFormat()
    {
    }

    public ReceivedId? IdOf(ReceivedMessage message)
    {
        var id = message.Headers.GetText(CloudEventAttributes.Id);
        var source = message.Headers.GetText(CloudEventAttributes.Source);
        if (string.IsNullOrWhiteSpace(id) || string.IsNullOrWhiteSpace(source))
        {
            return null;
        }

        // Ours carry the same id twice: then it stays what it is for consumers that do not read them as CloudEvents.
        return message.Headers.GetText(OutboxHeaders.MessageId) == id ? null : new ReceivedId(id, source);
    }

    public string NameOf(ReceivedMessage message)
    {
        if (message.Headers.GetText(CloudEventAttributes.ContentType)
            ?.StartsWith(CloudEventAttributes.StructuredMediaType, StringComparison.OrdinalIgnoreCase) == true)
        {
            throw new MessageFormatException(
                "The message is a CloudEvent in structured (or batched) content mode, which this library does not read. Let its producer use binary content mode.");
        }

        if (!message.Headers.TryGetLast(CloudEventAttributes.SpecVersion, out _))
        {
            return message.Headers.GetText(OutboxHeaders.MessageType) is { Length: > 0 } name ? name : throw new MessageFormatException(
                $"The message is no CloudEvent (it has no '{CloudEventAttributes.SpecVersion}' header), and has no '{OutboxHeaders.MessageType}' header either.");
        }

        RequireAttributes(message.Headers);
        return message.Headers.GetText(CloudEventAttributes.Type)!;
    }

    public byte[]? BodyOf(ReceivedMessage message) => message.Payload;

    private static void RequireAttributes(MessageHeaders headers)
    {
        foreach (var attribute in Required)
        {
            var count = headers.Count(header => header.Name == attribute);
            if (count != 1 || string.IsNullOrEmpty(headers.GetText(attribute)))
            {
                throw new MessageFormatException(
                    $"The CloudEvent has {(count > 1 ? "more than one" : "no")} '{attribute}' header, of which it must have one with a value.");
            }
        }

        if (headers.GetText(CloudEventAttributes.SpecVersion) != CloudEventAttributes.Version)
        {
            throw new MessageFormatException($"The CloudEvent's '{CloudEventAttributes.SpecVersion}' is not {CloudEventAttributes.Version}, the version that this library reads.");
        }
    }
}
