namespace Outbox.Replay;

/// <summary>What became of one message in a replay.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
internal readonly record struct ReplayOutcome(ReplayOutcomeKind Kind, string? Error)
{
    public static ReplayOutcome Handled => new(ReplayOutcomeKind.Handled, null);

    public static ReplayOutcome Skipped => new(ReplayOutcomeKind.Skipped, null);

    public static ReplayOutcome Failed(string error) => new(ReplayOutcomeKind.Failed, error);
}
