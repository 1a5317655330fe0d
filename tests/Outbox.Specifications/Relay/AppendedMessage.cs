namespace Outbox.Specifications.Relay;

/// <summary>A message on the scripted broker's log.</summary>
public sealed record AppendedMessage(string Topic, string? Key, string Payload, string MessageId);
