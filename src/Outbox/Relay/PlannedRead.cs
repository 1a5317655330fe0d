namespace Outbox.Relay;

/// <summary>Where one read looks.</summary>
/// <param name="After">Only ids above this one.</param>
/// <param name="Until">Only ids up to this one.</param>
/// <param name="ExceptIds">The ids in between that are known.</param>
/// <param name="CoversZone">Whether it looks at everything above the floor.</param>
/// <param name="Confirmed">The id that was confirmed as decided when the read began; 0 for none.</param>
internal readonly record struct PlannedRead(long After, long Until, IReadOnlyCollection<long> ExceptIds, bool CoversZone, long Confirmed);
