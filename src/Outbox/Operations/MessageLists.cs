using Microsoft.EntityFrameworkCore;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>Lists in pages along the primary key. A page looks at a bounded number of rows, whatever the filter lets through.</summary>
internal sealed class MessageLists(BoundedReads reads)
{
    /// <summary>How many rows one page looks at.</summary>
    public const int MostRows = 20_000;

    private const int MostCounted = 10_000;

    public async Task<OutboxPage<MessageSummary>> ListAsync(
        MessagePlace place, MessageFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var after = page.After ?? long.MinValue;
        return await reads.RunAsync(
            async (context, token) =>
            {
                var rest = StoredRows.Of(context, place).Where(row => row.Id > after).OrderBy(row => row.Id);
                var rows = await rest.Take(MostRows).Apply(filter, place).OrderBy(row => row.Id).Take(page.Size)
                    .ToListAsync(token).ConfigureAwait(false);
                var next = rows.Count == page.Size
                    ? rows[^1].Id
                    : await rest.Select(row => (long?)row.Id).Skip(MostRows - 1).FirstOrDefaultAsync(token).ConfigureAwait(false);
                return new OutboxPage<MessageSummary>(rows.ConvertAll(row => row.Summarize(place)), next);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<OutboxPage<ParkedKeySummary>> ListParkedAsync(MessageFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var after = page.After ?? long.MinValue;
        return await reads.RunAsync(
            async (context, token) =>
            {
                var rest = StoredRows.Rows<OutboxParkedKeyRecord>(context).Where(row => row.Id > after).OrderBy(row => row.Id);
                var keys = await Apply(rest.Take(MostRows), filter).OrderBy(row => row.Id).Take(page.Size).ToListAsync(token).ConfigureAwait(false);
                var next = keys.Count == page.Size
                    ? keys[^1].Id
                    : await rest.Select(row => (long?)row.Id).Skip(MostRows - 1).FirstOrDefaultAsync(token).ConfigureAwait(false);
                return new OutboxPage<ParkedKeySummary>(await SummarizeAsync(context, keys, token).ConfigureAwait(false), next);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<MessageContent?> GetContentAsync(MessagePlace place, long id, CancellationToken cancellationToken)
    {
        var message = await reads.RunAsync((context, token) => StoredRows.GetAsync(context, place, id, token), cancellationToken).ConfigureAwait(false);
        if (message is null)
        {
            return null;
        }

        var headers = new MessageHeaders();
        HeaderCodec.Decode(System.Text.Encoding.UTF8.GetBytes(message.Headers), headers);
        return new MessageContent(headers, message.Payload);
    }

    /// <summary>Entries with the number of their messages.</summary>
    public static async Task<IReadOnlyList<ParkedKeySummary>> SummarizeAsync(
        DbContext context, List<OutboxParkedKeyRecord> keys, CancellationToken cancellationToken)
    {
        var entries = new List<ParkedKeySummary>(keys.Count);
        foreach (var key in keys)
        {
            var messages = await StoredRows.Rows<OutboxParkedMessageRecord>(context).Where(row => row.ParkedKeyId == key.Id)
                .Select(row => row.Id).Take(MostCounted + 1).CountAsync(cancellationToken).ConfigureAwait(false);
            entries.Add(new ParkedKeySummary(
                key.Id,
                key.Topic,
                KeyText.Format(key.Key),
                key.HoldsKey,
                new RowCount(Math.Min(messages, MostCounted), messages > MostCounted),
                key.Attempts,
                key.Error,
                StoredTime.Of(key.ParkedAt),
                Enum.TryParse<ParkedKeyAction>(key.RequestedAction, ignoreCase: true, out var request) ? request : null));
        }

        return entries;
    }

#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
    private static IQueryable<OutboxParkedKeyRecord> Apply(IQueryable<OutboxParkedKeyRecord> keys, MessageFilter filter)
    {
        if (filter.Topic is { } topic)
        {
            keys = keys.Where(row => row.Topic == topic);
        }

        if (filter.Key is { } text)
        {
            var key = KeyText.Parse(text);
            keys = keys.Where(row => row.Key == key);
        }

        if (filter.Error is { } error)
        {
            keys = keys.Where(row => row.Error.Contains(error));
        }

        if (filter.OlderThan is { } age)
        {
            var seconds = -age.TotalSeconds;
            keys = keys.Where(row => row.ParkedAt < DateTime.UtcNow.AddSeconds(seconds));
        }

        return keys;
    }
#pragma warning restore RS0030
}
