namespace Outbox;

/// <summary>What happens when too many messages wait.</summary>
public enum BacklogPolicy
{
    /// <summary>A warning is logged, and another line when it is over.</summary>
    Warn,

    /// <summary>
    /// A warning is logged, and <c>Enqueue</c> and its kin throw <see cref="OutboxException"/> until it is over, also in handlers of
    /// consumers. The library's own messages, such as dead letters, are taken in. What was enqueued before is saved as usual.
    /// </summary>
    Refuse,
}
