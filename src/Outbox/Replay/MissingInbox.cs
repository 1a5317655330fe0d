#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Replay;

/// <summary>
/// The inbox for what a consumer has no effect of: a message whose mark says dead-lettered counts as new, and its mark says handled from
/// then on, in the same transaction as the effect. A mark that another transaction is changing is waited for.
/// </summary>
internal sealed class MissingInbox(IInboxStore inner) : IInboxStore
{
    /// <summary>For each context which marks said dead-lettered before its transaction changed them.</summary>
    private readonly ConditionalWeakTable<DbContext, HashSet<Guid>> _deadLettered = [];

    public ValueTask LimitTransactionAsync(DbContext context, TimeSpan limit, CancellationToken cancellationToken) =>
        inner.LimitTransactionAsync(context, limit, cancellationToken);

    public async ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        var claimed = new HashSet<Guid>();
        foreach (var mark in marks.DistinctBy(mark => mark.MessageId).OrderBy(mark => mark.MessageId))
        {
            var changed = await context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && row.MessageId == mark.MessageId && row.Outcome == InboxOutcome.DeadLettered)
                .ExecuteUpdateAsync(
                    row => row.SetProperty(to => to.Outcome, mark.Outcome).SetProperty(to => to.HandledAt, to => DateTime.UtcNow),
                    cancellationToken).ConfigureAwait(false);
            if (changed > 0)
            {
                claimed.Add(mark.MessageId);
            }
        }

        _deadLettered.AddOrUpdate(context, [.. claimed]);
        var rest = marks.Where(mark => !claimed.Contains(mark.MessageId)).ToList();
        claimed.UnionWith(await inner.MarkAsync(context, consumer, rest, cancellationToken).ConfigureAwait(false));
        return claimed;
    }

    /// <summary>
    /// What was dead-lettered before the context's transaction says so again; other marks are removed. In another transaction than
    /// theirs all are removed: then a message is missing as one that was never handled.
    /// </summary>
    public async ValueTask TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken)
    {
        var letters = _deadLettered.TryGetValue(context, out var known) ? messageIds.Where(known.Contains).ToArray() : [];
        if (letters.Length > 0)
        {
            InboxTransaction.Require(context);
            await context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && EF.Parameter(letters).Contains(row.MessageId))
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.Outcome, InboxOutcome.DeadLettered), cancellationToken).ConfigureAwait(false);
        }

        await inner.TakeBackMarksAsync(context, consumer, [.. messageIds.Except(letters)], cancellationToken).ConfigureAwait(false);
    }

    public ValueTask SetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        inner.SetOffsetAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask<bool> ClaimOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken) =>
        inner.ClaimOffsetsAsync(context, consumer, topic, partition, first, nextOffset, cancellationToken);

    public ValueTask TakeBackOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        inner.TakeBackOffsetsAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask<long?> GetOffsetAsync(DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken) =>
        inner.GetOffsetAsync(context, consumer, topic, partition, cancellationToken);

    public ValueTask<int> RemoveOldMarksAsync(DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        inner.RemoveOldMarksAsync(context, consumer, age, limit, cancellationToken);
}
