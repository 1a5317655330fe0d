namespace Outbox.Deferral;

/// <summary>What this instance owns now. Safe for concurrent use.</summary>
internal interface IOwnedPartitions
{
    IReadOnlyList<IOwnedPartition> Current { get; }
}
