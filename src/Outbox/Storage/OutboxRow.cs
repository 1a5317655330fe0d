namespace Outbox.Storage;

/// <summary>A waiting message as the relay reads it. Bytes are ready to send.</summary>
/// <param name="Id">The row's id: the order of the outbox.</param>
/// <param name="KeyHash">The non-negative murmur2 hash of the key, or of the message id where there is no key.</param>
/// <param name="MessageId">The message's id, the same on every copy.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Key">The ordering key, or null.</param>
/// <param name="Payload">The body, or null for a tombstone.</param>
/// <param name="Headers">The headers as stored: UTF-8 JSON, an array of name and value pairs.</param>
/// <param name="CreatedAt">When the row was inserted, by the database's clock.</param>
public readonly record struct OutboxRow(
    long Id, int KeyHash, Guid MessageId, string Topic, byte[]? Key, byte[]? Payload, ReadOnlyMemory<byte> Headers, DateTimeOffset CreatedAt)
{
    /// <summary>What the row costs in memory, roughly, in bytes.</summary>
    public int Size => 200 + (Key?.Length ?? 0) + (Payload?.Length ?? 0) + Headers.Length;
}
