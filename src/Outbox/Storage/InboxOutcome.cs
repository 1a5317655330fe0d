namespace Outbox.Storage;

/// <summary>What became of a message in a consumer. The numbers are stored: never change them.</summary>
public enum InboxOutcome
{
    /// <summary>Its handler ran and its effects were committed.</summary>
    Handled = 0,

    /// <summary>It waits in the consumer's deferred messages.</summary>
    Deferred = 1,

    /// <summary>It went to the dead letter topic.</summary>
    DeadLettered = 2,

    /// <summary>It waited, and an operator threw it away.</summary>
    Discarded = 3,
}
