namespace Outbox.Operations;

/// <summary>A consumer that is known to the database, and a topic that it receives.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">Of how many of its partitions the consumer has stored an offset.</param>
public sealed record ConsumerTopic(string Consumer, string Topic, int Partitions);
