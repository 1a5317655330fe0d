using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Replay;

/// <summary>Looks at marks without writing, and removes those of finished replays. Safe for concurrent use.</summary>
internal sealed class ReplayMarks(ContextSessions sessions, IInboxStore store)
{
    private const int Batch = 1_000;

    /// <summary>
    /// Those of the ids that need not be tried, because they have an effect or will have one. Only a hint that spares a transaction each:
    /// what is not among them is decided by its mark.
    /// </summary>
    public ValueTask<HashSet<Guid>> FindSettledAsync(
        string consumer, string topic, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var scope = MarkScope.Of(topic);
        return sessions.RunAsync(
            (session, token) => session.Context.Set<InboxMessageRecord>().AsNoTracking().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && EF.Parameter(ids).Contains(row.MessageId) && row.Outcome != InboxOutcome.DeadLettered)
                .Where(row => row.Scope == scope || row.Scope == MarkScope.None)
                .Select(row => row.MessageId).ToHashSetAsync(token),
            cancellationToken);
    }

    /// <summary>Removes every mark of a scope, in small batches.</summary>
    public async Task RemoveAsync(string scope, CancellationToken cancellationToken)
    {
        int removed;
        do
        {
            removed = await sessions.RunAsync(
                async (session, token) => await store.RemoveOldMarksAsync(session.Context, scope, TimeSpan.Zero, Batch, token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        while (removed == Batch);
    }
}
