using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>What the consumers of a database remember of messages, found through the primary key alone.</summary>
internal static class ConsumerMarks
{
    private const int MostConsumers = 1_000;

    public static async Task<List<MessageMark>> FindAsync(DbContext context, IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken)
    {
        var marks = new List<MessageMark>();
        if (messageIds.Count == 0)
        {
            return marks;
        }

        var ids = messageIds.ToArray();
        foreach (var consumer in await GetConsumersAsync(context, cancellationToken).ConfigureAwait(false))
        {
            var rows = await StoredRows.Rows<InboxMessageRecord>(context)
                .Where(row => row.Consumer == consumer && EF.Parameter(ids).Contains(row.MessageId))
                .ToListAsync(cancellationToken).ConfigureAwait(false);
            marks.AddRange(rows.Select(row => new MessageMark(row.Consumer, row.MessageId, row.Outcome, row.Redrive, StoredTime.Of(row.HandledAt))));
        }

        return [.. marks.OrderBy(mark => mark.At)];
    }

    /// <summary>Each consumer's name, one look-up each: there are few of them and many marks.</summary>
    private static async Task<List<string>> GetConsumersAsync(DbContext context, CancellationToken cancellationToken)
    {
        var consumers = new List<string>();
        var last = "";
        while (consumers.Count < MostConsumers)
        {
#pragma warning disable CA1309 // translated: the database compares
            var next = await StoredRows.Rows<InboxMessageRecord>(context).Where(row => string.Compare(row.Consumer, last) > 0)
                .OrderBy(row => row.Consumer).Select(row => row.Consumer).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
#pragma warning restore CA1309
            if (next is null)
            {
                break;
            }

            consumers.Add(next);
            last = next;
        }

        return consumers;
    }
}
