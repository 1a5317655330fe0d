#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A message that is moved to <c>outbox_message</c> when it is due: <c>outbox_scheduled</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxScheduledRecord : StoredMessage
{
    public long Id { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>Compared with the database's clock.</summary>
    public DateTime DueAt { get; set; }
}
