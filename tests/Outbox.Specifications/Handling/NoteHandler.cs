namespace Outbox.Specifications.Handling;

/// <summary>Does what the test says.</summary>
public sealed class NoteHandler(NoteContext db, NoteScript script) : IMessageHandler<Note>
{
    public Task HandleAsync(Note message, MessageContext context, CancellationToken cancellationToken) =>
        script.RunAsync(db, message, context, cancellationToken);
}
