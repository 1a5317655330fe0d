namespace Outbox;

/// <summary>What is known about a message besides its body.</summary>
public sealed class MessageContext
{
    /// <summary>The name of the consumer that handles it.</summary>
    public required string Consumer { get; init; }

    /// <summary>The id by which copies are recognised.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The stable name of the message's type.</summary>
    public required string MessageName { get; init; }

    /// <summary>The topic that it came from.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition that it came from.</summary>
    public required int Partition { get; init; }

    /// <summary>Its offset there.</summary>
    public required long Offset { get; init; }

    /// <summary>The broker's timestamp.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The ordering key, or null.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>All headers.</summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>Which attempt this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The replay that the handler is called for; null for what came from the consumer's own subscription.</summary>
    public ReplayInfo? Replay { get; init; }
}
