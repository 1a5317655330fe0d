using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>Which messages must be handled one after the other. Compares messages by that. Immutable.</summary>
internal sealed class MessageOrder : IEqualityComparer<ReceivedMessage>
{
    /// <summary>Those of a key. A message without a key has no order.</summary>
    public static readonly MessageOrder ByKey = new(isByPartition: false);

    /// <summary>Those of a partition.</summary>
    public static readonly MessageOrder ByPartition = new(isByPartition: true);

    private readonly bool _isByPartition;

    private MessageOrder(bool isByPartition) => _isByPartition = isByPartition;

    /// <summary>Whether a message has an order at all.</summary>
    public bool Concerns(ReceivedMessage message) => _isByPartition || message.Key is not null;

    public bool Equals(ReceivedMessage? x, ReceivedMessage? y) =>
        _isByPartition ? x!.Source == y!.Source : x!.Key.AsSpan().SequenceEqual(y!.Key);

    public int GetHashCode(ReceivedMessage message)
    {
        if (_isByPartition)
        {
            return message.Source.GetHashCode();
        }

        var hash = default(HashCode);
        hash.AddBytes(message.Key);
        return hash.ToHashCode();
    }
}
