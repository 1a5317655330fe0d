using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>
/// The messages that a consumer has put off. Calls with a context work on its open transaction and need one; the others open a session
/// of their own. Safe for concurrent use with different contexts. Times are those of the callers' clocks: nothing but the moment of a
/// retry hangs on them, since a row is locked before it is worked on.
/// </summary>
internal interface IDeferredStore
{
    /// <summary>Stores messages. One with the source and id of a stored one is there already and left as it is.</summary>
    ValueTask AddAsync(DbContext context, IReadOnlyList<InboxDeferredRecord> messages, CancellationToken cancellationToken);

    /// <summary>Finds those of the keys that have a message waiting.</summary>
    ValueTask<IReadOnlySet<DeferredKey>> FindWaitingAsync(
        DbContext context, string consumer, IReadOnlyCollection<DeferredKey> keys, CancellationToken cancellationToken);

    /// <summary>Changes the marks of a topic's deferred or just marked messages.</summary>
    ValueTask SetOutcomeAsync(
        DbContext context, string consumer, string topic, IReadOnlyCollection<Guid> messageIds, InboxOutcome from, InboxOutcome to, CancellationToken cancellationToken);

    /// <summary>
    /// Messages to try now, the earliest due first: where order is kept, the first of each key only. What is due behind one of its key
    /// is put off for a while, so that it is not looked at again and again.
    /// </summary>
    ValueTask<IReadOnlyList<InboxDeferredRecord>> ReadDueAsync(DueQuery query, CancellationToken cancellationToken);

    /// <summary>The first of a key's messages, if it may be tried now; null where there is none.</summary>
    ValueTask<InboxDeferredRecord?> ReadFirstAsync(string consumer, DeferredKey key, DateTime now, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a message out for good: locks it, looks whether it still is as it was read and the first of its key, sets its mark and
    /// deletes it. Never waits for a transaction that works on the message, where the database can tell.
    /// </summary>
    /// <returns>False where somebody else has it, has had it, or another of its key is to go first. Nothing was changed then.</returns>
    ValueTask<bool> TakeAsync(
        DbContext context, InboxDeferredRecord message, InboxOutcome outcome, bool inOrder, CancellationToken cancellationToken);

    /// <summary>Stores a failed retry. The record has the new state.</summary>
    /// <param name="message">The message with its new attempts, retries, due time and error.</param>
    /// <param name="earlierRetries">Its retries as it was read: if they have changed, somebody else has tried it, and nothing is stored.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<bool> PostponeAsync(InboxDeferredRecord message, int earlierRetries, CancellationToken cancellationToken);

    /// <summary>Makes the first of a key's messages due, unless it was tried already and has a time of its own.</summary>
    ValueTask<bool> WakeAsync(string consumer, DeferredKey key, DateTime now, CancellationToken cancellationToken);

    /// <summary>How many messages wait of each topic.</summary>
    ValueTask<IReadOnlyDictionary<string, long>> CountTopicsAsync(string consumer, CancellationToken cancellationToken);
}
