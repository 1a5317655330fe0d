namespace Outbox;

/// <summary>A message whose bytes the application has made itself: no type, no serializer, no registration.</summary>
/// <param name="topic">The topic; a legal Kafka topic name.</param>
/// <param name="key">The ordering key, or null for a message without order.</param>
/// <param name="payload">The body, or null for a tombstone.</param>
public sealed class RawMessage(string topic, byte[]? key, byte[]? payload)
{
    /// <summary>The topic that the message goes to.</summary>
    public string Topic { get; } = topic;

    /// <summary>The ordering key, or null.</summary>
    public byte[]? Key { get; } = key;

    /// <summary>The body, or null for a tombstone.</summary>
    public byte[]? Payload { get; } = payload;

    /// <summary>
    /// The message's id, by which consumers drop copies. Default: a new version 7 UUID, made at enqueue.
    /// </summary>
    public Guid? MessageId { get; init; }

    /// <summary>Headers to send besides those of this library. Default: none.</summary>
    public MessageHeaders Headers { get; init; } = [];
}
