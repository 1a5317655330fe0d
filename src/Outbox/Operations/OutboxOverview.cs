namespace Outbox.Operations;

/// <summary>The state of one database at a glance.</summary>
public sealed record OutboxOverview
{
    /// <summary>The database's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Messages that wait to be sent.</summary>
    public required PlaceBacklog Waiting { get; init; }

    /// <summary>Messages that are not due yet.</summary>
    public required PlaceBacklog Scheduled { get; init; }

    /// <summary>When the next scheduled message is due; null where there is none. In the past where the relays are behind.</summary>
    public required DateTimeOffset? NextDueAt { get; init; }

    /// <summary>How many keys are held back.</summary>
    public required RowCount ParkedKeys { get; init; }

    /// <summary>Messages that are held back with their keys, and those that the broker refused.</summary>
    public required PlaceBacklog Parked { get; init; }

    /// <summary>Messages that consumers have put off.</summary>
    public required PlaceBacklog Deferred { get; init; }

    /// <summary>The relays.</summary>
    public required IReadOnlyList<RelaySummary> Relays { get; init; }

    /// <summary>Into how many shares the keys are divided; 0 where no relay has ever run.</summary>
    public required int Buckets { get; init; }

    /// <summary>How many of them nobody owns, so that their messages wait.</summary>
    public required int UnownedBuckets { get; init; }

    /// <summary>What is paused or drained.</summary>
    public required IReadOnlyList<OutboxControlEntry> Pauses { get; init; }
}
