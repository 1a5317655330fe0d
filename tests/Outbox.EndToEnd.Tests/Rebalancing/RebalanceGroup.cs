namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>Tests with short sessions: one after the other, on one broker, or they would take each other's members for dead.</summary>
[CollectionDefinition(Name)]
public sealed class RebalanceGroup : ICollectionFixture<RebalanceKafka>
{
    public const string Name = "rebalancing";
}
