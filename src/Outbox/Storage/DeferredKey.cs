using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>An ordering key of a topic, whose messages wait behind each other. Equal by content.</summary>
internal readonly struct DeferredKey(string topic, int hash, byte[] key) : IEquatable<DeferredKey>
{
    public string Topic { get; } = topic;

    public int Hash { get; } = hash;

    public byte[] Key { get; } = key;

    /// <summary>The key of a deferred message; null for one without, which waits for nobody.</summary>
    public static DeferredKey? Of(InboxDeferredRecord message) =>
        message.Key is null ? null : new DeferredKey(message.Topic, message.KeyHash, message.Key);

    public bool Equals(DeferredKey other) => Hash == other.Hash && Topic == other.Topic && Key.AsSpan().SequenceEqual(other.Key);

    public override bool Equals(object? obj) => obj is DeferredKey other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Hash, Topic);
}
