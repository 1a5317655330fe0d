namespace Outbox;

/// <summary>
/// Names of the headers that a dead letter carries behind its original headers. Values are UTF-8 text, numbers in decimal digits,
/// times in ISO 8601 (UTC). The topic is <c>{topic}.{group}.dlq</c>; key and payload are the original bytes.
/// </summary>
public static class DeadLetterHeaders
{
    /// <summary>The topic that the message came from.</summary>
    public const string Topic = "dlq.topic";

    /// <summary>The partition that it came from.</summary>
    public const string Partition = "dlq.partition";

    /// <summary>Its offset there.</summary>
    public const string Offset = "dlq.offset";

    /// <summary>The consumer group.</summary>
    public const string Group = "dlq.group";

    /// <summary>The consumer's name.</summary>
    public const string Consumer = "dlq.consumer";

    /// <summary>The handler's type without its namespace; absent where no handler was found.</summary>
    public const string Handler = "dlq.handler";

    /// <summary>How often the handler was called; 0 where the message could not be read or has no handler.</summary>
    public const string Attempts = "dlq.attempts";

    /// <summary>The id by which the consumer recognises copies of the message, a UUID. Made from the source where the message has none.</summary>
    public const string MessageId = "dlq.message-id";

    /// <summary>How often the message was brought back from the dead letter topic before; absent for never.</summary>
    public const string Redrive = "dlq.redrive";

    /// <summary>The full name of the last exception's type.</summary>
    public const string ErrorType = "dlq.error-type";

    /// <summary>The last exception's text, cut to 1,000 characters.</summary>
    public const string ErrorMessage = "dlq.error-message";

    /// <summary>When this process first took the message up.</summary>
    public const string FirstSeen = "dlq.first-seen";

    /// <summary>When it was given up.</summary>
    public const string FailedAt = "dlq.failed-at";

    /// <summary>The broker's timestamp of the original message.</summary>
    public const string MessageTimestamp = "dlq.message-timestamp";
}
