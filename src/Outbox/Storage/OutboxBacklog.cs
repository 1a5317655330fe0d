namespace Outbox.Storage;

/// <summary>What waits in the outbox.</summary>
/// <param name="Waiting">How many messages wait to be sent, parked and scheduled ones not counted.</param>
/// <param name="OldestAge">How long the oldest has waited, by the database's clock; zero where none waits.</param>
/// <param name="ParkedKeys">How many keys are held back.</param>
public readonly record struct OutboxBacklog(long Waiting, TimeSpan OldestAge, long ParkedKeys);
