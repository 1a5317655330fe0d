namespace Outbox.Transport;

/// <summary>What a broker answered.</summary>
/// <param name="Reachable">Whether it answered in time.</param>
/// <param name="Partitions">The topics it knows, with their number of partitions.</param>
/// <param name="Error">Why it is not reachable, or null. Holds no secret.</param>
public sealed record TransportStatus(bool Reachable, IReadOnlyDictionary<string, int> Partitions, string? Error);
