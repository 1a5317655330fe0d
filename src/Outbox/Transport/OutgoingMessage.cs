namespace Outbox.Transport;

/// <summary>A message ready to be sent. The arrays and headers are only borrowed until <c>TrySend</c> returns, except that the key and payload must not change until its outcome is known.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Key">The ordering key, or null.</param>
/// <param name="Payload">The body, or null for a tombstone.</param>
/// <param name="Headers">Every header to send, the library's own among them. The sender reads it before it returns.</param>
public readonly record struct OutgoingMessage(string Topic, byte[]? Key, byte[]? Payload, MessageHeaders Headers);
