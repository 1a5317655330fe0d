namespace Outbox.Storage.Tables;

/// <summary>A consumer's mark for a message: <c>inbox_message</c>.</summary>
internal sealed class InboxMessageRecord
{
    public string Consumer { get; set; } = "";

    public Guid MessageId { get; set; }

    public InboxOutcome Outcome { get; set; }

    /// <summary>How often the message was redriven; only a greater number is handled again.</summary>
    public int Redrive { get; set; }

    /// <summary>The database's clock at insert.</summary>
    public DateTime HandledAt { get; set; }
}
