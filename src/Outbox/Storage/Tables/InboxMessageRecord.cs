#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A consumer's mark for a message: <c>inbox_message</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class InboxMessageRecord
{
    public string Consumer { get; set; } = "";

    public Guid MessageId { get; set; }

    /// <summary>A number for the topic whose message this is; 0 for ids that are unique beyond it.</summary>
    public int Scope { get; set; }

    public InboxOutcome Outcome { get; set; }

    /// <summary>How often the message was redriven; only a greater number is handled again.</summary>
    public int Redrive { get; set; }

    /// <summary>The database's clock at insert.</summary>
    public DateTime HandledAt { get; set; }
}
