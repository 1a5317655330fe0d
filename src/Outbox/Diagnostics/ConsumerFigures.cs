namespace Outbox.Diagnostics;

/// <summary>What a consumer says of itself when somebody asks.</summary>
/// <param name="Outcomes">How many messages ended in each way since the start.</param>
/// <param name="Retried">Handler calls after a message's first.</param>
/// <param name="Held">Times that nothing could be written.</param>
/// <param name="IsCircuitOpen">Whether it pauses because messages failed on and on.</param>
/// <param name="Lag">Its partitions.</param>
internal sealed record ConsumerFigures(
    IReadOnlyList<(string Name, long Count)> Outcomes, long Retried, long Held, bool IsCircuitOpen, IReadOnlyList<PartitionLag> Lag);
