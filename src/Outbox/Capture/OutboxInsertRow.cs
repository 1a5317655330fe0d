namespace Outbox.Capture;

/// <summary>A message as it goes into a row: every column but those that the database fills.</summary>
/// <param name="KeyHash">The non-negative murmur2 hash of the key, or of the message id where there is no key.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Topic">A legal topic name.</param>
/// <param name="Key">The ordering key, or null.</param>
/// <param name="Payload">The body, or null for a tombstone.</param>
/// <param name="Headers">The headers, encoded as they are stored.</param>
/// <param name="DueAt">When to send it (UTC), which makes it a row of the scheduled table; null for at once.</param>
public readonly record struct OutboxInsertRow(
    int KeyHash, Guid MessageId, string Topic, byte[]? Key, byte[]? Payload, string Headers, DateTime? DueAt)
{
    /// <summary>What the row adds to a statement, roughly, in bytes.</summary>
    public int Size => 100 + (Key?.Length ?? 0) + (Payload?.Length ?? 0) + Headers.Length;
}
