using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Deferral;

/// <summary>What operators ask for, on the tables.</summary>
internal sealed partial class StoredDeferredMessages(
    ContextSessions sessions, IDeferredStore store, TimeProvider time, ILogger<StoredDeferredMessages> logger) : IDeferredMessages
{
    private const int MostInPage = 1_000;
    private const int MaxRequestedByLength = 200;

    public async Task<IReadOnlyList<DeferredMessage>> ListAsync(DeferredQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Take, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Take, MostInPage, nameof(query));
        if (query is { Key: not null, Topic: null })
        {
            throw new ArgumentException($"{nameof(DeferredQuery.Key)} is set without {nameof(DeferredQuery.Topic)}. A key belongs to a topic: set both.", nameof(query));
        }

        return await sessions.RunAsync((session, token) => ListAsync(session.Context, query, token), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DeferredCount>> CountAsync(CancellationToken cancellationToken) => await sessions.RunAsync(
        async (session, token) =>
        {
            var counts = await Rows(session.Context).GroupBy(row => new { row.Consumer, row.Topic, row.ErrorType })
                .Select(group => new { group.Key.Consumer, group.Key.Topic, group.Key.ErrorType, Count = group.LongCount() })
                .OrderBy(count => count.Consumer).ThenBy(count => count.Topic).ThenBy(count => count.ErrorType)
                .ToListAsync(token).ConfigureAwait(false);
            return counts.ConvertAll(count => new DeferredCount(count.Consumer, count.Topic, count.ErrorType, count.Count));
        },
        cancellationToken).ConfigureAwait(false);

    public async Task<int> RetryNowAsync(string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(requestedBy);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestedBy.Length, MaxRequestedByLength, nameof(requestedBy));
        var now = time.GetUtcNow().UtcDateTime;
        var wanted = ids.ToArray();
        var found = await sessions.RunAsync(
            (session, token) => Rows(session.Context).Where(row => row.Consumer == consumer && EF.Parameter(wanted).Contains(row.Id))
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.DueAt, now), token),
            cancellationToken).ConfigureAwait(false);
        LogRetried(consumer, found, requestedBy);
        return found;
    }

    public async Task<int> DiscardAsync(string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentException.ThrowIfNullOrWhiteSpace(requestedBy);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestedBy.Length, MaxRequestedByLength, nameof(requestedBy));
        var discarded = 0;
        foreach (var id in ids)
        {
            if (await DiscardAsync(consumer, id, requestedBy, cancellationToken).ConfigureAwait(false))
            {
                discarded++;
            }
        }

        return discarded;
    }

    private async Task<bool> DiscardAsync(string consumer, long id, string requestedBy, CancellationToken cancellationToken)
    {
        var row = await sessions.InTransactionAsync(
            async (session, token) =>
            {
                var row = await Rows(session.Context).FirstOrDefaultAsync(row => row.Consumer == consumer && row.Id == id, token).ConfigureAwait(false);
                return row is not null && await store.TakeAsync(session.Context, row, InboxOutcome.Discarded, false, token).ConfigureAwait(false) ? row : null;
            },
            cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            return false;
        }

        LogDiscarded(consumer, row.MessageId, row.Topic, row.Partition, row.Offset, requestedBy);
        if (DeferredKey.Of(row) is { } key)
        {
            await store.WakeAsync(consumer, key, time.GetUtcNow().UtcDateTime, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static async Task<IReadOnlyList<DeferredMessage>> ListAsync(DbContext context, DeferredQuery query, CancellationToken cancellationToken)
    {
        var (consumer, after) = (query.Consumer, query.After);
        var rows = Rows(context).Where(row => row.Consumer == consumer && row.Id > after);
        if (query.Topic is { } topic)
        {
            rows = rows.Where(row => row.Topic == topic);
        }

        if (query.Key is { } wanted)
        {
            var key = wanted.ToArray();
            var hash = OrderingKey.Hash(key, default);
            rows = rows.Where(row => row.KeyHash == hash && row.Key == key);
        }

        if (query.ErrorType is { } error)
        {
            rows = rows.Where(row => row.ErrorType == error);
        }

        // Without payload and headers, which may be large.
        var found = await rows.OrderBy(row => row.Id).Take(query.Take).Select(row => new
        {
            row.Id,
            row.MessageId,
            row.Topic,
            row.Partition,
            row.Offset,
            row.Key,
            row.Attempts,
            row.Retries,
            row.FirstSeen,
            row.DueAt,
            row.ErrorType,
            row.Error,
        }).ToListAsync(cancellationToken).ConfigureAwait(false);
        return found.ConvertAll(row => new DeferredMessage
        {
            Id = row.Id,
            MessageId = row.MessageId,
            Topic = row.Topic,
            Partition = row.Partition,
            Offset = row.Offset,
            Key = row.Key,
            Attempts = row.Attempts,
            Retries = row.Retries,
            FirstSeen = DeferredRows.Utc(row.FirstSeen),
            DueAt = DeferredRows.Utc(row.DueAt),
            ErrorType = row.ErrorType,
            Error = row.Error,
        });
    }

    private static IQueryable<InboxDeferredRecord> Rows(DbContext context) =>
        context.Set<InboxDeferredRecord>().AsNoTracking().IgnoreQueryFilters();

    [LoggerMessage(8030, LogLevel.Information, "Consumer {Consumer}: {Count} deferred messages were made due at once on request of '{RequestedBy}'.")]
    private partial void LogRetried(string consumer, int count, string requestedBy);

    [LoggerMessage(
        8031,
        LogLevel.Warning,
        "Consumer {Consumer}: deferred message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) was discarded on request of '{RequestedBy}'.")]
    private partial void LogDiscarded(string consumer, Guid messageId, string topic, int partition, long offset, string requestedBy);
}
