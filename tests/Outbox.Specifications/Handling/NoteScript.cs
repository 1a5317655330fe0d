using System.Collections.Concurrent;

namespace Outbox.Specifications.Handling;

/// <summary>What the handler does; by default it adds one effect.</summary>
public sealed class NoteScript
{
    public Func<NoteContext, Note, MessageContext, CancellationToken, Task>? Handle { get; set; }

    /// <summary>Every call of the handler.</summary>
    public ConcurrentQueue<MessageContext> Calls { get; } = new();

    /// <summary>How many messages each call of a batch handler got.</summary>
    public ConcurrentQueue<int> Batches { get; } = new();

    /// <summary>Every context that a handler got.</summary>
    public ConcurrentBag<NoteContext> Contexts { get; } = [];

    public static void AddEffect(NoteContext db, Note message, MessageContext context) =>
        db.Effects.Add(new NoteEffect { MessageId = context.MessageId, Text = message.Text });

    public Task RunAsync(NoteContext db, Note message, MessageContext context, CancellationToken cancellationToken)
    {
        Calls.Enqueue(context);
        Contexts.Add(db);
        if (Handle is not null)
        {
            return Handle(db, message, context, cancellationToken);
        }

        AddEffect(db, message, context);
        return Task.CompletedTask;
    }
}
