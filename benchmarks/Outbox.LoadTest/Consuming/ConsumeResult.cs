namespace Outbox.LoadTest.Consuming;

/// <summary>One round.</summary>
/// <param name="PerSecond">Distinct messages handled a second.</param>
/// <param name="Effects">Rows that handlers have left.</param>
/// <param name="Distinct">Of how many messages they are.</param>
/// <param name="Duplicates">Messages that were skipped.</param>
/// <param name="OldMarksLeft">Old marks that were not removed.</param>
internal readonly record struct ConsumeResult(double PerSecond, long Effects, long Distinct, long Duplicates, long OldMarksLeft);
