namespace Outbox.Transport;

/// <summary>A message as it came from the broker. Immutable by convention: nobody changes its arrays or headers.</summary>
public sealed class ReceivedMessage
{
    /// <summary>Where it came from.</summary>
    public required TopicPartitionId Source { get; init; }

    /// <summary>Its offset in the partition.</summary>
    public required long Offset { get; init; }

    /// <summary>The broker's timestamp (creation or append time, as the topic is configured).</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The ordering key, or null.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>The body, or null for a tombstone.</summary>
    public required byte[]? Payload { get; init; }

    /// <summary>The headers, in order.</summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>The same message with another body, and with other headers where they are given.</summary>
    public ReceivedMessage With(byte[]? payload, MessageHeaders? headers = null) => new()
    {
        Source = Source,
        Offset = Offset,
        Timestamp = Timestamp,
        Key = Key,
        Payload = payload,
        Headers = headers ?? Headers,
    };
}
