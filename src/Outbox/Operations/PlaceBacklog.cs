namespace Outbox.Operations;

/// <summary>What is in one place.</summary>
/// <param name="Place">The place.</param>
/// <param name="Count">How many messages.</param>
/// <param name="OldestAge">How long the oldest is there, by the database's clock; zero where none is.</param>
/// <param name="Topics">The same for each topic, and for each consumer where messages are deferred; the most messages first.</param>
public sealed record PlaceBacklog(MessagePlace Place, RowCount Count, TimeSpan OldestAge, IReadOnlyList<TopicBacklog> Topics);
