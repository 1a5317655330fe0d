namespace Outbox;

/// <summary>What the relay does with a message that the broker refuses for good (too large, invalid) when sent alone.</summary>
public enum PoisonMessagePolicy
{
    /// <summary>The message and all later ones of its key wait in the parked messages; other keys go on. Keeps the order. The default.</summary>
    ParkKey,

    /// <summary>The message is moved aside; later ones of its key go on.</summary>
    DeadLetter,

    /// <summary>
    /// The message stays where it is, and its partition waits until it can be sent: every key that the topic's number of partitions puts
    /// there. Where the partition cannot be told, as for a message without a key, the whole topic waits. A relay holds back what it relays
    /// itself: keys of the partition that another relay owns go on.
    /// </summary>
    Block,
}
