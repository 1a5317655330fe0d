namespace Outbox.Relay;

/// <summary>Where one read looks.</summary>
/// <param name="After">Only ids above this one.</param>
/// <param name="ExceptIds">The ids above it that are known.</param>
/// <param name="Confirmed">The id that was confirmed as decided when the read began; 0 for none.</param>
internal readonly record struct PlannedRead(long After, IReadOnlyCollection<long> ExceptIds, long Confirmed);
