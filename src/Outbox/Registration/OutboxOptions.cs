namespace Outbox;

/// <summary>Options that concern every role. Bound from the configuration section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// The largest message that can be enqueued, in bytes: key, payload and headers together. Keep it below the broker's
    /// <c>message.max.bytes</c>, so that a message which is too large fails its business transaction and not the relay.
    /// </summary>
    /// <value>Default: 1,000,000 (Kafka's default limit is 1,048,588). From 1 to 1,000,000,000.</value>
    public int MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>
    /// Into how many shares the keys are divided among relays. The same for every process of a database.
    /// </summary>
    /// <value>Default: 32. From 1 to 1,024.</value>
    public int Buckets { get; set; } = 32;
}
