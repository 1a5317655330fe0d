#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A message that waits to be sent: <c>outbox_message</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxMessageRecord : StoredMessage
{
    /// <summary>Given by the database, so that the order of ids is the order of commits for writers that take the aggregate's lock first.</summary>
    public long Id { get; set; }

    /// <summary>The database's clock at insert.</summary>
    public DateTime CreatedAt { get; set; }
}
