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

    /// <summary>The broker's time of the message.</summary>
    public DateTime SourceTimestamp { get; set; }

    /// <summary>How often its handler was called.</summary>
    public int Attempts { get; set; }

    /// <summary>How many retries it has had here. 0 for one that only waits behind others of its key.</summary>
    public int Retries { get; set; }

    /// <summary>When it was first taken up: its age is counted from here.</summary>
    public DateTime FirstSeen { get; set; }

    /// <summary>When it is looked at next. One that is first of its key and was never tried does not wait for it.</summary>
    public DateTime DueAt { get; set; }

    /// <summary>The full name of the last exception's type.</summary>
    public string? ErrorType { get; set; }

    public string? Error { get; set; }
}
