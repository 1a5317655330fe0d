namespace Outbox.LoadTest.Consuming;

/// <summary>Marks of messages handled long ago that are in the table when a round begins.</summary>
/// <param name="Count">How many.</param>
/// <param name="AreRemoved">Whether the consumer removes them meanwhile.</param>
internal readonly record struct OldMarks(int Count, bool AreRemoved);
