namespace Outbox.Operations;

/// <summary>Where a message is.</summary>
public enum MessagePlace
{
    /// <summary>It waits to be sent: <c>outbox_message</c>.</summary>
    Waiting,

    /// <summary>It is not due yet: <c>outbox_scheduled</c>.</summary>
    Scheduled,

    /// <summary>It is held back with its key, or was refused by the broker: <c>outbox_parked_message</c>.</summary>
    Parked,

    /// <summary>A consumer has put it off: <c>inbox_deferred</c>.</summary>
    Deferred,

    /// <summary>It was sent and is kept: <c>outbox_archive</c>. Only where the model has that table.</summary>
    Archived,
}
