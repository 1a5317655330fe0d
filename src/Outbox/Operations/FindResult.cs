namespace Outbox.Operations;

/// <summary>Where a message or a key's messages are.</summary>
public sealed record FindResult
{
    /// <summary>What was looked for.</summary>
    public required string Query { get; init; }

    /// <summary>The messages that are in a table, the oldest first; 1,000 at most.</summary>
    public required IReadOnlyList<MessageSummary> Messages { get; init; }

    /// <summary>What the consumers of this database remember of these messages, and of the id that was looked for.</summary>
    public required IReadOnlyList<MessageMark> Marks { get; init; }

    /// <summary>Entries that hold the key back.</summary>
    public required IReadOnlyList<ParkedKeySummary> Parked { get; init; }

    /// <summary>Whether everything was looked at; false when the patience was over or more was found than is shown.</summary>
    public required bool IsComplete { get; init; }
}
