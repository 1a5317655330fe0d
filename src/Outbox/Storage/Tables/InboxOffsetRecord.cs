#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>How far a consumer has come in a partition: <c>inbox_offset</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class InboxOffsetRecord
{
    public string Consumer { get; set; } = "";

    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    public long NextOffset { get; set; }
}
