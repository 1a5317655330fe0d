using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Outbox.Messages;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>Finds one message by its id, or what there is of a key.</summary>
internal sealed class MessageSearch(BoundedReads reads, TimeProvider time)
{
    private const int Most = 1_000;

    /// <summary>Scheduled messages have an index of ids, and few of the others are parked or deferred: those first. Most are in the archive.</summary>
    private static readonly MessagePlace[] Places =
        [MessagePlace.Scheduled, MessagePlace.Parked, MessagePlace.Deferred, MessagePlace.Waiting, MessagePlace.Archived];

    public async Task<FindResult> FindAsync(string query, TimeSpan patience, CancellationToken cancellationToken)
    {
        var deadline = time.GetTimestamp() + (long)(patience.TotalSeconds * time.TimestampFrequency);
        return await reads.RunAsync((context, token) => FindAsync(context, query, deadline, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<FindResult> FindAsync(DbContext context, string query, long deadline, CancellationToken cancellationToken)
    {
        var scan = new RowScan(context, time, deadline);
        var messages = new List<MessageSummary>();
        var isComplete = true;
        var key = KeyText.Parse(query);
        var entries = await FindParkedKeysAsync(context, key, cancellationToken).ConfigureAwait(false);
        var isId = Guid.TryParse(query, out var id);

        foreach (var place in Places.Where(place => StoredRows.Has(context, place)))
        {
            var start = isId ? await StartAsync(context, place, id, cancellationToken).ConfigureAwait(false) : long.MinValue;
            var (found, isWhole) = await scan.FindAsync(place, Fits(isId ? id : null, key), start, Most, cancellationToken).ConfigureAwait(false);
            messages.AddRange(found.Select(row => row.Summarize(place)));
            isComplete &= isWhole && found.Count < Most;
        }

        var ids = messages.Select(message => message.MessageId).ToHashSet();
        if (isId)
        {
            ids.Add(id);
        }

        return new FindResult
        {
            Query = query,
            Messages = [.. messages.OrderBy(message => message.CreatedAt).ThenBy(message => message.Id).Take(Most)],
            Marks = await ConsumerMarks.FindAsync(context, ids, cancellationToken).ConfigureAwait(false),
            Parked = await MessageLists.SummarizeAsync(context, entries, cancellationToken).ConfigureAwait(false),
            IsComplete = isComplete,
        };
    }

    private static Expression<Func<StoredRow, bool>> Fits(Guid? id, byte[] key)
    {
        if (id is not { } messageId)
        {
            return MessageConditions.HasKey(key);
        }

        // Keys are often UUIDs too.
        var hash = OrderingKey.Hash(key, Guid.Empty);
        return row => row.MessageId == messageId || (row.KeyHash == hash && row.Key == key);
    }

    private static async Task<long> StartAsync(DbContext context, MessagePlace place, Guid id, CancellationToken cancellationToken) =>
        place is MessagePlace.Waiting or MessagePlace.Archived && IdTimes.MadeAt(id) is { } made
            ? await IdTimes.FindAsync(StoredRows.Of(context, place), made, cancellationToken).ConfigureAwait(false)
            : long.MinValue;

    private static Task<List<OutboxParkedKeyRecord>> FindParkedKeysAsync(DbContext context, byte[] key, CancellationToken cancellationToken)
    {
        var hash = OrderingKey.Hash(key, Guid.Empty);
        return StoredRows.Rows<OutboxParkedKeyRecord>(context).Where(row => row.KeyHash == hash && row.Key == key)
            .OrderBy(row => row.Id).Take(Most).ToListAsync(cancellationToken);
    }
}
