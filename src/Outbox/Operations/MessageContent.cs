namespace Outbox.Operations;

/// <summary>What a message carries. It may hold personal data: show it only to those who may see it.</summary>
/// <param name="Headers">The headers, in order.</param>
/// <param name="Payload">The body; null for a tombstone.</param>
public sealed record MessageContent(MessageHeaders Headers, byte[]? Payload);
