using System.Text;
using Outbox.Messages;

namespace Outbox.Storage;

/// <summary>Within what a message's id is its own. The numbers are stored: never change how they are made.</summary>
internal static class MarkScope
{
    /// <summary>For ids that were made from whatever they are unique in.</summary>
    public const int None = 0;

    /// <summary>The version of UUIDs that are made (RFC 9562: "custom"), by which they are told from those that producers give.</summary>
    public const int MadeVersion = 8;

    /// <summary>An id that a producer gave counts within its topic: the same one on another topic is another message.</summary>
    public static int Of(string topic, Guid messageId) => messageId.Version == MadeVersion ? None : Of(topic);

    /// <summary>A topic's own scope.</summary>
    public static int Of(string topic)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(topic.Length)];
        var hash = OrderingKey.Murmur2(bytes[..Encoding.UTF8.GetBytes(topic, bytes)]);
        return hash == None ? 1 : hash;
    }
}
