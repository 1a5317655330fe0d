using Microsoft.EntityFrameworkCore;

namespace Outbox.Capture;

/// <summary>Takes the messages of entities that implement <see cref="IHasOutboxMessages"/>.</summary>
internal static class MessageSources
{
    /// <summary>Enqueues what the tracked entities have raised, in the order of the change tracker.</summary>
    /// <exception cref="OutboxException">The outbox is missing, or a message cannot be sent; nothing is written then.</exception>
    public static void Drain(DbContext context)
    {
        List<IHasOutboxMessages> sources = [.. context.ChangeTracker.Entries<IHasOutboxMessages>().Select(entry => entry.Entity)];
        if (sources.Count == 0)
        {
            return;
        }

        // Asked for before anything is taken, so that a missing line in the registration loses no message.
        var state = CaptureState.Of(context);
        try
        {
            foreach (var source in sources)
            {
                foreach (var message in source.TakeOutboxMessages())
                {
                    state.Services.Backlog.RequireOpen();
                    var row = state.Services.Composer.Compose(context, message, typeof(object), null, EnqueueRequest.Now(null, null));
                    state.Add(context, new PendingMessage(row));
                }
            }
        }
        catch (Exception exception)
        {
            // The entities have forgotten what they gave: a second save must not succeed without it.
            state.Fail(context, exception);
            throw;
        }
    }
}
