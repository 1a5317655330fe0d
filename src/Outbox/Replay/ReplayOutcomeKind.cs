namespace Outbox.Replay;

/// <summary>What became of one message in a replay, in a word.</summary>
internal enum ReplayOutcomeKind
{
    /// <summary>Its handler ran and committed.</summary>
    Handled,

    /// <summary>It was not to run.</summary>
    Skipped,

    /// <summary>Its handler failed, or it cannot be read; its mark is as it was.</summary>
    Failed,
}
