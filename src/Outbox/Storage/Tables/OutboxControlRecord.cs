#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>What operators asked of the relays: <c>outbox_control</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxControlRecord
{
    /// <summary>Empty for all topics.</summary>
    public string Topic { get; set; } = "";

    /// <summary><c>paused</c> or <c>draining</c>. There is no row for what runs.</summary>
    public string State { get; set; } = "";

    public string RequestedBy { get; set; } = "";

    public DateTime RequestedAt { get; set; }
}
