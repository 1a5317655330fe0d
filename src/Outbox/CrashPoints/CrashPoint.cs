namespace Outbox.CrashPoints;

/// <summary>Where a process may die between two steps that belong together.</summary>
internal enum CrashPoint
{
    /// <summary>Capture: the messages are written in the transaction, which is not committed.</summary>
    CaptureWritten,

    /// <summary>Capture: the transaction is committed, and the relay is not woken.</summary>
    CaptureCommitted,

    /// <summary>Relay: buckets were taken and nothing was read of them yet.</summary>
    RelayLeased,

    /// <summary>Relay: rows are read, none of them is handed over.</summary>
    RelayRead,

    /// <summary>Relay: rows are handed over, most are not acknowledged.</summary>
    RelayHandedOver,

    /// <summary>Relay: buckets are to be given away, everything of theirs is deleted, and they are still owned.</summary>
    RelayDrained,

    /// <summary>Settle: rows are acknowledged and not deleted.</summary>
    SettleAcknowledged,

    /// <summary>Settle: the delete is committed, and the relay does not know.</summary>
    SettleDeleted,

    /// <summary>Parking: a poison message and its key are moved, and not committed.</summary>
    ParkMoved,

    /// <summary>Parking: a parked key is released, and that is not committed.</summary>
    ReleaseMoved,

    /// <summary>Schedule: due messages are moved, and not committed.</summary>
    ScheduleMoved,

    /// <summary>Schedule: the move is committed, and the relay is not woken.</summary>
    ScheduleCommitted,

    /// <summary>Consumer: marks are written, no handler has begun.</summary>
    InboxMarked,

    /// <summary>Consumer: handlers are done and saved, and not committed.</summary>
    EffectSaved,

    /// <summary>Consumer: effects are committed, and no offset knows.</summary>
    EffectCommitted,

    /// <summary>Consumer: offsets are about to be committed.</summary>
    OffsetDue,

    /// <summary>Consumer: offsets are committed with the broker and not in the database.</summary>
    OffsetCommitted,

    /// <summary>Consumer: partitions were taken away, their handlers have ended, and their offsets are not committed.</summary>
    PartitionsRevoked,

    /// <summary>Dead letter: its row and its mark are written, and not committed.</summary>
    DeadLetterSaved,

    /// <summary>Dead letter: it is committed, and no offset knows.</summary>
    DeadLetterCommitted,

    /// <summary>Deferral: a message is stored with its mark, and not committed.</summary>
    DeferralSaved,

    /// <summary>Deferral: a message is taken up again and its row removed, and that is not committed.</summary>
    DeferralTaken,

    /// <summary>Deferral: a retry has failed and the next one is stored, and this process does not know.</summary>
    DeferralPostponed,
}
