#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A message that waits with its key: <c>outbox_parked_message</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxParkedMessageRecord : StoredMessage
{
    /// <summary>The id that it had in <c>outbox_message</c>.</summary>
    public long Id { get; set; }

    public long ParkedKeyId { get; set; }

    public DateTime CreatedAt { get; set; }
}
