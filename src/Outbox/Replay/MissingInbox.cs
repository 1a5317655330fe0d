#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Replay;

/// <summary>
/// The inbox for what a consumer has no effect of: a message whose mark says dead-lettered counts as new, and its mark says handled from
/// then on, in the same transaction as the effect. One that another transaction is changing is waited for.
/// </summary>
internal sealed class MissingInbox(IInboxStore inner) : ForwardingInboxStore(inner)
{
    /// <summary>For each context which marks said dead-lettered before its transaction changed them.</summary>
    private readonly ConditionalWeakTable<DbContext, HashSet<Guid>> _deadLettered = [];

    public override async ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        var claimed = new HashSet<Guid>();
        foreach (var mark in await FindDeadLetteredAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false))
        {
            var changed = await context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && row.MessageId == mark.MessageId && row.Scope == mark.Scope && row.Outcome == InboxOutcome.DeadLettered)
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
        claimed.UnionWith(await Inner.MarkAsync(context, consumer, rest, cancellationToken).ConfigureAwait(false));
        return claimed;
    }

    /// <summary>
    /// What was dead-lettered before the context's transaction says so again; other marks are removed. In another transaction than
    /// theirs all are removed: then a message is missing as one that was never handled.
    /// </summary>
    public override async ValueTask TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken)
    {
        var letters = _deadLettered.TryGetValue(context, out var known) ? marks.Where(mark => known.Contains(mark.MessageId)).ToList() : [];
        foreach (var letter in letters)
        {
            InboxTransaction.Require(context);
            await context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && row.MessageId == letter.MessageId && row.Scope == letter.Scope)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.Outcome, InboxOutcome.DeadLettered), cancellationToken).ConfigureAwait(false);
        }

        await Inner.TakeBackMarksAsync(context, consumer, [.. marks.Except(letters)], cancellationToken).ConfigureAwait(false);
    }

    /// <returns>In the same order everywhere, or two transactions with common ids could wait for each other.</returns>
    private static async Task<IEnumerable<InboxMark>> FindDeadLetteredAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        var ids = marks.Select(mark => mark.MessageId).ToArray();
        var letters = await context.Set<InboxMessageRecord>().AsNoTracking().IgnoreQueryFilters()
            .Where(row => row.Consumer == consumer && EF.Parameter(ids).Contains(row.MessageId) && row.Outcome == InboxOutcome.DeadLettered)
            .Select(row => new { row.MessageId, row.Scope }).ToListAsync(cancellationToken).ConfigureAwait(false);
        return marks.Where(mark => letters.Exists(letter => letter.MessageId == mark.MessageId && letter.Scope == mark.Scope)).DistinctBy(mark => mark.MessageId).OrderBy(mark => mark.MessageId);
    }
}
