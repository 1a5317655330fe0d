namespace Outbox.Transport;

/// <summary>What a receiver subscribes to.</summary>
/// <param name="GroupId">The consumer group.</param>
/// <param name="Topics">The topics, at least one.</param>
/// <param name="InstanceId">The static member id (Kafka's <c>group.instance.id</c>), or null for a dynamic member.</param>
public sealed record Subscription(string GroupId, IReadOnlyList<string> Topics, string? InstanceId = null);
