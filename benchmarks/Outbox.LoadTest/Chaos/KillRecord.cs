namespace Outbox.LoadTest.Chaos;

/// <summary>One kill.</summary>
/// <param name="At">The moment, in ticks of the stopwatch.</param>
/// <param name="Buckets">What the relay owned.</param>
internal sealed record KillRecord(long At, IReadOnlyCollection<int> Buckets);
