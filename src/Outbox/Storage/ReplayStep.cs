namespace Outbox.Storage;

/// <summary>What became of a batch of a replay.</summary>
/// <param name="NextOffset">Everything before it was looked at.</param>
/// <param name="Handled">Messages whose handler ran and committed.</param>
/// <param name="Skipped">Messages that were not to run.</param>
/// <param name="Failed">Messages whose handler failed.</param>
/// <param name="Error">The first errors, or null.</param>
internal readonly record struct ReplayStep(long NextOffset, int Handled, int Skipped, int Failed, string? Error);
