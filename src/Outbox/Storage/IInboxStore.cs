using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Storage;

/// <summary>
/// What a consumer remembers, in the same database and the same transaction as the effects of its handlers. Every call works on the
/// context's open connection and current transaction and needs both. Safe for concurrent use with different contexts.
/// </summary>
public interface IInboxStore
{
    /// <summary>
    /// Bounds what the context's transaction may do to others, where the database can: it is ended when it is idle for longer than the
    /// limit, and waits no longer than that for a lock. So a consumer that hangs cannot hold up its successor for ever. Called before the
    /// marks are written. Does nothing unless a store overrides it.
    /// </summary>
    /// <param name="context">The context whose transaction is bounded.</param>
    /// <param name="limit">The limit, longer than any handler may take.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    ValueTask LimitTransactionAsync(DbContext context, TimeSpan limit, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Marks messages, in one statement. A mark that another open transaction is writing is waited for. With the transaction
    /// rolled back the marks are gone. A mark with a redrive number takes the place of a dead-lettered one with a lower number.
    /// </summary>
    /// <param name="context">The context whose transaction carries the marks.</param>
    /// <param name="consumer">The consumer's name, the scope of the marks.</param>
    /// <param name="marks">What to mark; ids that repeat are marked once.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <returns>The ids that were not marked before, or are redriven: those to handle.</returns>
    ValueTask<IReadOnlySet<Guid>> MarkAsync(DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken);

    /// <summary><see cref="LimitTransactionAsync"/> and <see cref="MarkAsync"/>, in one round trip where the store can.</summary>
    /// <param name="context">The context whose transaction is bounded and carries the marks.</param>
    /// <param name="consumer">The consumer's name, the scope of the marks.</param>
    /// <param name="marks">What to mark; ids that repeat are marked once.</param>
    /// <param name="limit">The limit, longer than any handler may take.</param>
    /// <param name="cancellationToken">Ends the statements.</param>
    /// <returns>The ids that were not marked before, or are redriven: those to handle.</returns>
    async ValueTask<IReadOnlySet<Guid>> LimitAndMarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, TimeSpan limit, CancellationToken cancellationToken)
    {
        await LimitTransactionAsync(context, limit, cancellationToken).ConfigureAwait(false);
        return await MarkAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes marks back that the transaction has written: their messages were not handled after all.</summary>
    /// <param name="context">The context whose transaction carries the marks.</param>
    /// <param name="consumer">The consumer's name.</param>
    /// <param name="marks">The marks to forget, by their ids and scopes; those that are not there are passed over.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    ValueTask TakeBackMarksAsync(DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken);

    /// <summary>
    /// Takes marks back of a transaction that was ended by somebody else, for the case that it was committed. Where it was rolled back, its
    /// marks are gone, and those that stand there now are another's: a store leaves them, as far as it can tell them apart. Forgets all of
    /// them unless a store overrides it.
    /// </summary>
    /// <param name="context">The context of another transaction.</param>
    /// <param name="writer">The transaction that has written the marks.</param>
    /// <param name="consumer">The consumer's name.</param>
    /// <param name="marks">The marks to forget, by their ids and scopes; those that are not there are passed over.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <returns>How many were forgotten; 0 where the transaction was rolled back.</returns>
    async ValueTask<int> TakeBackMarksOfAsync(
        DbContext context, DbTransaction writer, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken)
    {
        await TakeBackMarksAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false);
        return marks.Count;
    }

    /// <summary>Stores how far a consumer has come in a partition; never backwards.</summary>
    ValueTask SetOffsetAsync(DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken);

    /// <summary>
    /// Moves a consumer on in a partition, in the transaction of the effects: what lies from <paramref name="first"/> up to
    /// <paramref name="nextOffset"/> is about to be handled. Keeps every other transaction that would move it waiting.
    /// </summary>
    /// <returns>False where somebody has come further than <paramref name="first"/>: some of it was handled before, and nothing is moved.</returns>
    ValueTask<bool> ClaimOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken);

    /// <summary>Takes a part of a claim back, in its transaction: nothing from this offset on was handled after all.</summary>
    ValueTask TakeBackOffsetsAsync(DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken);

    /// <summary>The same for a claim of a transaction that was ended by somebody else, as <see cref="TakeBackMarksOfAsync"/> does for marks.</summary>
    ValueTask TakeBackOffsetsOfAsync(
        DbContext context, DbTransaction writer, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        TakeBackOffsetsAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    /// <summary>How far a consumer has come in a partition, or null. Needs no transaction.</summary>
    ValueTask<long?> GetOffsetAsync(DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken);

    /// <summary>Removes marks older than an age (the database's clock), at most <paramref name="limit"/> of them. Needs no transaction.</summary>
    /// <returns>How many were removed; fewer than the limit means that no older ones are left.</returns>
    ValueTask<int> RemoveOldMarksAsync(DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken);
}
