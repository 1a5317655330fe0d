#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A received message that waits for a retry, or behind one of its key: <c>inbox_deferred</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class InboxDeferredRecord : StoredMessage
{
    public long Id { get; set; }

    public string Consumer { get; set; } = "";

    public int Partition { get; set; }

    public long Offset { get; set; }

    public int Attempts { get; set; }

    public DateTime DueAt { get; set; }

    public string? Error { get; set; }
}
