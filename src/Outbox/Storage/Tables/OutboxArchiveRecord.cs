#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A message that was sent, where it is kept: <c>outbox_archive</c>. Its id is its own, given in about the order of sending.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxArchiveRecord : StoredMessage
{
    public long Id { get; set; }

    /// <summary>When it was enqueued.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>When it was moved here, which is at once after its acknowledgement.</summary>
    public DateTime SentAt { get; set; }

    /// <summary>Null where the transport did not tell.</summary>
    public int? Partition { get; set; }

    /// <summary>Null where the transport did not tell.</summary>
    public long? Offset { get; set; }
}
