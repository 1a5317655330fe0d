namespace Outbox.Transport;

/// <summary>Whose fault a failed delivery is, which decides what happens next.</summary>
public enum DeliveryFailure
{
    /// <summary>Delivered: the broker has acknowledged the message.</summary>
    None,

    /// <summary>The surroundings: broker away, too few replicas, throttled. Trying again later helps.</summary>
    Transient,

    /// <summary>The message, or one that travelled in a batch with it: too large, invalid.</summary>
    Message,

    /// <summary>The topic: unknown, or this client may not write to it. Messages of other topics are not concerned.</summary>
    Topic,

    /// <summary>The producer: it cannot go on and must be replaced (fenced, not authorised, out of sequence).</summary>
    Fatal,

    /// <summary>The sender was abandoned, or failed for another message's sake, before the outcome was known.</summary>
    Abandoned,
}
