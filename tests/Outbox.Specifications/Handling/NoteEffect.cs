namespace Outbox.Specifications.Handling;

/// <summary>One effect of one message.</summary>
public sealed class NoteEffect
{
    public long Id { get; set; }

    public Guid MessageId { get; set; }

    public string Text { get; set; } = "";
}
