using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Outbox.Transport;

namespace Outbox.Inbox;

/// <summary>The id by which a consumer recognises copies of a message.</summary>
internal static class MessageIdentity
{
    private const string CloudEventsId = "ce_id";
    private const string CloudEventsSource = "ce_source";

    /// <summary>
    /// In this order: <see cref="OutboxHeaders.MessageId"/> where it is a UUID, whatever the topic; where it is another text, the
    /// topic with it; the CloudEvents source with its id; else topic, partition and offset, which recognises redeliveries but not
    /// copies that a producer made. Whatever is not a UUID is hashed to one. The empty UUID counts as no id: producers that send it
    /// send it with every message.
    /// </summary>
    public static Guid Of(ReceivedMessage message)
    {
        if (Text(message.Headers, OutboxHeaders.MessageId) is { } id)
        {
            if (!Guid.TryParse(id, out var uuid))
            {
                return Hash("message-id", message.Source.Topic, id);
            }

            if (uuid != Guid.Empty)
            {
                return uuid;
            }
        }

        return Text(message.Headers, CloudEventsId) is { } eventId && Text(message.Headers, CloudEventsSource) is { } source
            ? Hash("cloudevents", source, eventId)
            : Hash(
                "offset",
                message.Source.Topic,
                string.Create(CultureInfo.InvariantCulture, $"{message.Source.Partition}/{message.Offset}"));
    }

    private static string? Text(MessageHeaders headers, string name) =>
        headers.GetText(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>The lengths keep parts apart: no two different lists of parts give the same bytes.</summary>
    private static Guid Hash(string kind, string scope, string id)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{kind}\n{scope.Length}:{scope}\n{id}");
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);
    }
}
