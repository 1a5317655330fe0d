using Outbox.Transport;

namespace Outbox.Mapping;

/// <summary>Where a received message keeps its id, its name and its body. Pure and safe for concurrent use.</summary>
internal interface IIncomingFormat
{
    /// <summary>The id; null where the message has none that counts, so that the usual rules find one. Never throws.</summary>
    ReceivedId? IdOf(ReceivedMessage message);

    /// <summary>The stable name of the message's type.</summary>
    /// <exception cref="MessageFormatException">It has none.</exception>
    string NameOf(ReceivedMessage message);

    /// <summary>The bytes to deserialise; null for a tombstone.</summary>
    /// <exception cref="MessageFormatException">The body is not in this format.</exception>
    byte[]? BodyOf(ReceivedMessage message);
}
