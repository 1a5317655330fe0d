namespace Outbox.Kafka.Tests.Transport;

/// <summary>The classes that share one <see cref="StrictKafka"/>.</summary>
[CollectionDefinition(Name)]
public sealed class StrictKafkaCollection : ICollectionFixture<StrictKafka>
{
    public const string Name = "strict Kafka";
}
