namespace Outbox.Specifications.Handling;

/// <summary>Does for each of its messages what the test says.</summary>
public sealed class NoteBatchHandler(NoteContext db, NoteScript script) : IBatchHandler<Note>
{
    public async Task HandleAsync(IReadOnlyList<BatchMessage<Note>> messages, CancellationToken cancellationToken)
    {
        script.Batches.Enqueue(messages.Count);
        foreach (var (note, context) in messages)
        {
            await script.RunAsync(db, note, context, cancellationToken);
        }
    }
}
