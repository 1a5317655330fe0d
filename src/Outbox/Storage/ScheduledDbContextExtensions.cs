using Outbox;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Takes scheduled messages back.</summary>
public static class ScheduledDbContextExtensions
{
    /// <summary>
    /// Cancels a message that was enqueued with a due time and saved. Executes at once, without <c>SaveChanges</c>: in the context's
    /// current transaction, and then final when that commits, or else in one of its own. A message that is moved to the waiting ones,
    /// within about a second of its due time, is sent.
    /// </summary>
    /// <param name="db">The context; used by one caller at a time. Messages that it has not saved yet are not found.</param>
    /// <param name="id">What <c>EnqueueAt</c> or <c>EnqueueAfter</c> returned.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True: the message is not sent. False: it was moved or cancelled before, or there never was one.</returns>
    /// <exception cref="OutboxException">The context's model lacks the outbox.</exception>
    public static async Task<bool> CancelScheduledAsync(this DbContext db, Guid id, CancellationToken cancellationToken = default)
    {
        _ = OutboxTables.Of(db);
        return await db.Set<OutboxScheduledRecord>().IgnoreQueryFilters().Where(row => row.MessageId == id)
            .ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }
}
