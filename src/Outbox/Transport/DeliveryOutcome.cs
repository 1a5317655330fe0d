namespace Outbox.Transport;

/// <summary>What became of one message that was handed over.</summary>
/// <param name="Failure"><see cref="DeliveryFailure.None"/> when the broker acknowledged it.</param>
/// <param name="Partition">The partition; -1 where unknown.</param>
/// <param name="Offset">The offset; -1 where unknown.</param>
/// <param name="Error">The broker's or client's error, short, without payload, key or secret; null when delivered.</param>
public readonly record struct DeliveryOutcome(DeliveryFailure Failure, int Partition, long Offset, string? Error)
{
    /// <summary>Whether the broker acknowledged the message.</summary>
    public bool IsDelivered => Failure == DeliveryFailure.None;
}
