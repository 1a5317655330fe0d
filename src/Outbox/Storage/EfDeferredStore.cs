#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.CrashPoints;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>
/// Deferred messages on any relational provider. A key's order is that of the offsets, so that a redriven message goes before what was
/// sent after it; keys that moved because their topic got more partitions have no order across them.
/// </summary>
internal sealed class EfDeferredStore(ContextSessions sessions) : IDeferredStore
{
    /// <summary>How long what is due behind another is not looked at.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(30);

    private const int Page = 200;
    private const int MostRounds = 20;

    public async ValueTask AddAsync(DbContext context, IReadOnlyList<InboxDeferredRecord> messages, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        await DeferredInsert.RunAsync(context, messages, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlySet<DeferredKey>> FindWaitingAsync(
        DbContext context, string consumer, IReadOnlyCollection<DeferredKey> keys, CancellationToken cancellationToken)
    {
        var waiting = new HashSet<DeferredKey>();
        foreach (var topic in keys.Distinct().GroupBy(key => key.Topic))
        {
            var (name, byHash) = (topic.Key, topic.ToLookup(key => key.Hash));
            var hashes = byHash.Select(hash => hash.Key).ToList();

            // One hash at a time, and each found by its first message: as many as may wait for one key, none of the others is read.
            while (hashes.Count > 0 && await FindHashAsync(context, consumer, name, hashes, cancellationToken).ConfigureAwait(false) is { } hash)
            {
                hashes.Remove(hash);
                foreach (var key in byHash[hash])
                {
                    if (await OfKey(context, consumer, key).AnyAsync(cancellationToken).ConfigureAwait(false))
                    {
                        waiting.Add(key);
                    }
                }
            }
        }

        return waiting;
    }

    public async ValueTask SetOutcomeAsync(
        DbContext context,
        string consumer,
        string topic,
        IReadOnlyCollection<Guid> messageIds,
        InboxOutcome from,
        InboxOutcome to,
        CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        var (ids, scope) = (messageIds.ToArray(), MarkScope.Of(topic));
        await context.Set<InboxMessageRecord>().IgnoreQueryFilters()
            .Where(row => row.Consumer == consumer && EF.Parameter(ids).Contains(row.MessageId) && row.Outcome == from)
            .Where(row => row.Scope == scope || row.Scope == MarkScope.None)
            .ExecuteUpdateAsync(
                row => row.SetProperty(mark => mark.Outcome, to).SetProperty(mark => mark.HandledAt, mark => DateTime.UtcNow), cancellationToken)
            .ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<InboxDeferredRecord>> ReadDueAsync(DueQuery query, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var due = new List<InboxDeferredRecord>();
            foreach (var (topic, partitions) in query.Partitions)
            {
                if (due.Count < query.Most)
                {
                    due.AddRange(await ReadDueAsync(session.Context, query, topic, partitions, query.Most - due.Count, token).ConfigureAwait(false));
                }
            }

            return (IReadOnlyList<InboxDeferredRecord>)due;
        },
        cancellationToken);

    public ValueTask<InboxDeferredRecord?> ReadFirstAsync(string consumer, DeferredKey key, DateTime now, CancellationToken cancellationToken) =>
        sessions.RunAsync(
            async (session, token) =>
            {
                var first = await OfKey(session.Context, consumer, key).OrderBy(row => row.Offset).ThenBy(row => row.Id)
                    .FirstOrDefaultAsync(token).ConfigureAwait(false);
                return first is null || (first.Attempts > 0 && first.DueAt > now) ? null : first;
            },
            cancellationToken);

    public async ValueTask<bool> TakeAsync(
        DbContext context, InboxDeferredRecord message, InboxOutcome outcome, bool inOrder, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        if (!await LockAsync(context, message, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        // Asked after the lock: one before it may have been redriven since this one was read.
        if (inOrder && DeferredKey.Of(message) is { } key
            && await OfKey(context, message.Consumer, key)
                .AnyAsync(row => row.Offset < message.Offset || (row.Offset == message.Offset && row.Id < message.Id), cancellationToken)
                .ConfigureAwait(false))
        {
            return false;
        }

        await SetOutcomeAsync(
            context, message.Consumer, message.Topic, [message.MessageId], InboxOutcome.Deferred, outcome, cancellationToken).ConfigureAwait(false);
        await Rows(context).Where(row => row.Id == message.Id).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        CrashHook.Reach(CrashPoint.DeferralTaken);
        return true;
    }

    public ValueTask<bool> PostponeAsync(InboxDeferredRecord message, int earlierRetries, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) => await Rows(session.Context)
            .Where(row => row.Id == message.Id && row.Retries == earlierRetries)
            .ExecuteUpdateAsync(
                row => row.SetProperty(to => to.Attempts, message.Attempts).SetProperty(to => to.Retries, message.Retries)
                    .SetProperty(to => to.DueAt, message.DueAt).SetProperty(to => to.ErrorType, message.ErrorType)
                    .SetProperty(to => to.Error, message.Error),
                token).ConfigureAwait(false) > 0,
        cancellationToken);

    public ValueTask<bool> WakeAsync(string consumer, DeferredKey key, DateTime now, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var first = await OfKey(session.Context, consumer, key).OrderBy(row => row.Offset).ThenBy(row => row.Id)
                .Select(row => row.Id).FirstOrDefaultAsync(token).ConfigureAwait(false);
            return await Rows(session.Context).Where(row => row.Id == first && row.Retries == 0 && row.Attempts == 0)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.DueAt, now), token).ConfigureAwait(false) > 0;
        },
        cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, long>> CountTopicsAsync(string consumer, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) => (IReadOnlyDictionary<string, long>)await Rows(session.Context).Where(row => row.Consumer == consumer)
            .GroupBy(row => row.Topic).Select(topic => new { topic.Key, Count = topic.LongCount() })
            .ToDictionaryAsync(topic => topic.Key, topic => topic.Count, token).ConfigureAwait(false),
        cancellationToken);

    private static async Task<List<InboxDeferredRecord>> ReadDueAsync(
        DbContext context, DueQuery query, string topic, int[] partitions, int most, CancellationToken cancellationToken)
    {
        var (consumer, now, except) = (query.Consumer, query.Now, query.Except.ToArray());
        var due = Rows(context).Where(row => row.Consumer == consumer && row.DueAt <= now && row.Topic == topic)
            .Where(row => EF.Parameter(partitions).Contains(row.Partition) && !EF.Parameter(except).Contains(row.Id))
            .OrderBy(row => row.DueAt).ThenBy(row => row.Id);
        if (!query.InOrder)
        {
            return await due.Take(most).ToListAsync(cancellationToken).ConfigureAwait(false);
        }

        for (var round = 1; ; round++)
        {
            var page = await due.Take(Page).Select(row => new
            {
                row.Id,
                row.KeyHash,
                row.Key,
                IsFirst = row.Key == null || !Rows(context).Any(other => other.Consumer == consumer && other.Topic == topic
                    && other.KeyHash == row.KeyHash && other.Key == row.Key
                    && (other.Offset < row.Offset || (other.Offset == row.Offset && other.Id < row.Id))),
            }).ToListAsync(cancellationToken).ConfigureAwait(false);
            var first = page.Where(row => row.IsFirst).Select(row => row.Id).Take(most).ToArray();
            foreach (var key in page.Where(row => !row.IsFirst).Select(row => new DeferredKey(topic, row.KeyHash, row.Key!)).Distinct())
            {
                await PutOffAsync(context, consumer, key, now, cancellationToken).ConfigureAwait(false);
            }

            if (first.Length > 0 || page.Count < Page || round == MostRounds)
            {
                return await Rows(context).Where(row => EF.Parameter(first).Contains(row.Id)).OrderBy(row => row.DueAt).ThenBy(row => row.Id)
                    .ToListAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Task<int?> FindHashAsync(
        DbContext context, string consumer, string topic, List<int> hashes, CancellationToken cancellationToken) =>
        Rows(context).Where(row => row.Consumer == consumer && row.Topic == topic && row.Key != null)
            .Where(row => EF.Parameter(hashes).Contains(row.KeyHash))
            .Select(row => (int?)row.KeyHash).FirstOrDefaultAsync(cancellationToken);

    private static Task<int> PutOffAsync(DbContext context, string consumer, DeferredKey key, DateTime now, CancellationToken cancellationToken)
    {
        var until = now + Behind;
        var rows = OfKey(context, consumer, key);
        return rows.Where(row => row.DueAt <= now && row.Offset > rows.Min(other => other.Offset))
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.DueAt, until), cancellationToken);
    }

    private static async Task<bool> LockAsync(DbContext context, InboxDeferredRecord message, CancellationToken cancellationToken)
    {
        if (!SqlDialect.Of(context).LocksRows)
        {
            // An update that changes nothing locks the row on every provider.
            return await Rows(context).Where(row => row.Id == message.Id && row.Retries == message.Retries)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.Retries, to => to.Retries), cancellationToken).ConfigureAwait(false) > 0;
        }

        var table = OutboxTables.Of(context).InboxDeferred;
        var sql = $"SELECT {table["Id"]} AS \"Value\" FROM {table.Name} WHERE {table["Id"]} = {{0}} AND {table["Retries"]} = {{1}} FOR UPDATE SKIP LOCKED";
        var locked = await context.Database.SqlQueryRaw<long>(sql, message.Id, message.Retries).ToListAsync(cancellationToken).ConfigureAwait(false);
        return locked.Count > 0;
    }

    private static IQueryable<InboxDeferredRecord> OfKey(DbContext context, string consumer, DeferredKey key)
    {
        var (topic, hash, value) = (key.Topic, key.Hash, key.Key);
        return Rows(context).Where(row => row.Consumer == consumer && row.Topic == topic && row.KeyHash == hash && row.Key == value);
    }

    private static IQueryable<InboxDeferredRecord> Rows(DbContext context) =>
        context.Set<InboxDeferredRecord>().AsNoTracking().IgnoreQueryFilters();
}
