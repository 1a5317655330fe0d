namespace Outbox;

/// <summary>What the relay does with a message that the broker refuses for good (too large, invalid) when sent alone.</summary>
public enum PoisonMessagePolicy
{
    /// <summary>The message and all later ones of its key wait in the parked messages; other keys go on. Keeps the order. The default.</summary>
    ParkKey,

    /// <summary>The message is moved aside; later ones of its key go on.</summary>
    DeadLetter,

    /// <summary>The message stays where it is, and its topic and partition wait until it can be sent.</summary>
    Block,
}
