namespace Outbox.Operations;

/// <summary>What is there of one topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Consumer">The consumer, where messages are deferred; else empty.</param>
/// <param name="Count">How many. Where that is estimated, a topic with very few of many messages may be missing from the list.</param>
/// <param name="OldestAge">How long the oldest is there, by the database's clock; null where the topic is not among the oldest 10,000 messages.</param>
public sealed record TopicBacklog(string Topic, string Consumer, RowCount Count, TimeSpan? OldestAge);
