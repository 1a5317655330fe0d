using Outbox.Transport;

namespace Outbox.Deferral;

/// <summary>A partition that this instance owns for now. Safe for concurrent use.</summary>
internal interface IOwnedPartition
{
    TopicPartitionId Partition { get; }

    /// <summary>Cancelled when nobody waits for this partition's handlers any more.</summary>
    CancellationToken Abandoned { get; }

    /// <summary>Asked before a deferred message is tried. The partition is not given up before <see cref="EndDeferred"/>, or its time is over.</summary>
    /// <returns>False where it is being given up.</returns>
    bool TryBegin();

    /// <summary>Told once for each begun message.</summary>
    void EndDeferred();
}
