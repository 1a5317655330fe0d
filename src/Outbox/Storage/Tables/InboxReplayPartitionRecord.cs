#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>How far a replay has come in a partition, and who works on it: <c>inbox_replay_partition</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class InboxReplayPartitionRecord
{
    public Guid ReplayId { get; set; }

    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    public long FirstOffset { get; set; }

    public long NextOffset { get; set; }

    public long EndOffset { get; set; }

    public long Handled { get; set; }

    public long Skipped { get; set; }

    public long Failed { get; set; }

    public string? Error { get; set; }

    public Guid? Owner { get; set; }

    /// <summary>The lease ends here, by the database's clock.</summary>
    public DateTime? LeaseUntil { get; set; }
}
