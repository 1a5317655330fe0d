namespace Outbox;

/// <summary>
/// Turns messages into bytes and back. Called concurrently. A message that cannot be read must throw
/// <see cref="MessageFormatException"/>: it is then dead-lettered at once, since trying again cannot help.
/// </summary>
public interface IMessageSerializer
{
    /// <summary>Serialises a message of a registered type. Never null: a tombstone is a <see cref="RawMessage"/>.</summary>
    byte[] Serialize(object message, Type messageType);

    /// <summary>Reads a message of a registered type.</summary>
    /// <exception cref="MessageFormatException">The bytes are no such message.</exception>
    object Deserialize(ReadOnlySpan<byte> payload, Type messageType);
}
