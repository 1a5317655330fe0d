namespace Outbox.Handling;

/// <summary>What became of a message. Each is durable, so that its offset may pass.</summary>
internal enum HandlingOutcome
{
    /// <summary>Its handler ran and its effects are committed.</summary>
    Handled,

    /// <summary>It was marked before.</summary>
    Duplicate,

    /// <summary>It goes to the dead letter topic.</summary>
    DeadLettered,

    /// <summary>It is stored and tried again later, or behind another of its key.</summary>
    Deferred,

    /// <summary>It was brought back for another group.</summary>
    Skipped,
}
