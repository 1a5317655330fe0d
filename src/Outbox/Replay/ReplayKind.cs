namespace Outbox;

/// <summary>Which messages of the log a replay runs. The numbers are stored: never change them.</summary>
public enum ReplayKind
{
    /// <summary>
    /// What the consumer has no effect of: messages without a mark, and those that were dead-lettered. Handled ones are skipped, and
    /// those that wait for a retry. So "repeat the failed payments of yesterday" charges nobody twice.
    /// </summary>
    Missing = 0,

    /// <summary>Everything once more, whatever was handled before: to fill a new feature from the log.</summary>
    Again = 1,
}
