namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>A message that the broker has acknowledged.</summary>
internal sealed record SentStep(Guid Id, string Key, int Number, string? Fault, string Payload, int Partition, long Offset);
