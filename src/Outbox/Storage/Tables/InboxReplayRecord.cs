#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A part of the log that a consumer is to handle again: <c>inbox_replay</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class InboxReplayRecord
{
    public Guid Id { get; set; }

    public string Consumer { get; set; } = "";

    public ReplayKind Kind { get; set; }

    public ReplayState State { get; set; }

    /// <summary>Only messages with this key; null for all.</summary>
    public byte[]? Key { get; set; }

    /// <summary>Only messages of this name; null for all.</summary>
    public string? MessageName { get; set; }

    public int? MaxPerSecond { get; set; }

    public string RequestedBy { get; set; } = "";

    public DateTime RequestedAt { get; set; }

    public DateTime? FinishedAt { get; set; }

    /// <summary>Whether there may be marks in the replay's own scope, to be removed once it is finished.</summary>
    public bool HasMarks { get; set; }
}
