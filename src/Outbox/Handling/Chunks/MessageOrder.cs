using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>Which messages must be handled one after the other: those of a key. Compares messages by it. Safe for concurrent use.</summary>
internal sealed class MessageOrder : IEqualityComparer<ReceivedMessage>
{
    public static readonly MessageOrder ByKey = new();

    private MessageOrder()
    {
    }

    /// <summary>Whether a message has an order at all.</summary>
    public bool Concerns(ReceivedMessage message) => message.Key is not null;

    public bool Equals(ReceivedMessage? x, ReceivedMessage? y) => x!.Key.AsSpan().SequenceEqual(y!.Key);

    public int GetHashCode(ReceivedMessage message)
    {
        var hash = default(HashCode);
        hash.AddBytes(message.Key);
        return hash.ToHashCode();
    }
}
