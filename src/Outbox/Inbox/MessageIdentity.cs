using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Outbox.Mapping;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Inbox;

/// <summary>The id by which a consumer recognises copies of a message.</summary>
internal static class MessageIdentity
{
    private const string CloudEventsId = "ce_id";
    private const string CloudEventsSource = "ce_source";

    /// <summary>
    /// In this order: <see cref="OutboxHeaders.MessageId"/> where it is a UUID; where it is another text, the topic with it; the CloudEvents
    /// source with its id; else topic, partition and offset, which recognises redeliveries but not copies that a producer made. Whatever
    /// is not a UUID is hashed to one. The empty UUID counts as no id: producers that send it send it with every message. A UUID counts
    /// within its topic (<see cref="MarkScope"/>), unless it says of itself that it was made (version 8), as those that come back from here do.
    /// </summary>
    public static Guid Of(ReceivedMessage message)
    {
        if (Text(message.Headers, OutboxHeaders.MessageId) is { } id && OfText(message, id) is { } known)
        {
            return known;
        }

        return Text(message.Headers, CloudEventsId) is { } eventId && Text(message.Headers, CloudEventsSource) is { } source
            ? Hash("cloudevents", source, eventId)
            : OfPlace(message);
    }

    /// <summary>The id of a message that is known by its place alone.</summary>
    public static Guid OfPlace(ReceivedMessage message) => Hash(
        "offset",
        message.Source.Topic,
        string.Create(CultureInfo.InvariantCulture, $"{message.Source.Partition}/{message.Offset}"));

    /// <summary>The id of whatever a type's messages say about one thing.</summary>
    public static Guid OfNaturalKey(string messageName, string key) => Hash("natural", messageName, key);

    /// <summary>The id that the topic's format finds, else as the other.</summary>
    public static Guid Of(ReceivedMessage message, IIncomingFormat format) => format.IdOf(message) switch
    {
        { Source: { } source } id => Hash("cloudevents", source, id.Text),
        { } id => OfText(message, id.Text) ?? Of(message),
        null => Of(message),
    };

    private static Guid? OfText(ReceivedMessage message, string id)
    {
        if (!Guid.TryParse(id, out var uuid))
        {
            return Hash("message-id", message.Source.Topic, id);
        }

        return uuid == Guid.Empty ? null : uuid;
    }

    private static string? Text(MessageHeaders headers, string name) =>
        headers.GetText(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>The lengths keep parts apart: no two different lists of parts give the same bytes.</summary>
    private static Guid Hash(string kind, string scope, string id)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{kind}\n{scope.Length}:{scope}\n{id}");
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0F) | (MarkScope.MadeVersion << 4)), (byte)((bytes[8] & 0x3F) | 0x80));
        return new Guid(bytes, bigEndian: true);
    }
}
