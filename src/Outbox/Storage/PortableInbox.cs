using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>
/// The inbox's writes where nothing but plain SQL is known: an insert for each mark. A duplicate fails its statement and leaves the
/// transaction usable, as on SQL Server, MySQL and Oracle.
/// </summary>
internal static class PortableInbox
{
    public static async Task<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, InboxMark[] marks, CancellationToken cancellationToken)
    {
        var known = await FindAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false);
        var table = OutboxTables.Of(context).InboxMessages;
        var insert = $"INSERT INTO {table.Name} ({table.Columns("Consumer", "MessageId", "Scope", "Outcome", "Redrive")}) VALUES ({{0}}, {{1}}, {{2}}, {{3}}, {{4}})";
        var added = new HashSet<Guid>(marks.Length);
        foreach (var mark in marks.Where(mark => mark.Redrive > 0 && known.Contains(mark.MessageId)))
        {
            if (await RedriveMarks.ReplaceAsync(context, consumer, mark, cancellationToken).ConfigureAwait(false))
            {
                added.Add(mark.MessageId);
            }
        }

        foreach (var mark in marks.Where(mark => !known.Contains(mark.MessageId)))
        {
            try
            {
                await context.Database.ExecuteSqlRawAsync(insert, [consumer, mark.MessageId, mark.Scope, (short)mark.Outcome, mark.Redrive], cancellationToken)
                    .ConfigureAwait(false);
                added.Add(mark.MessageId);
            }
            catch (DbException)
            {
                var there = await FindAsync(context, consumer, [mark], cancellationToken).ConfigureAwait(false);
                if (there.Count == 0)
                {
                    throw;
                }
            }
        }

        return added;
    }

    public static async Task<int> MoveOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long most, long nextOffset, CancellationToken cancellationToken)
    {
        var offset = context.Set<InboxOffsetRecord>().AsNoTracking().IgnoreQueryFilters()
            .Where(row => row.Consumer == consumer && row.Topic == topic && row.Partition == partition);
        if (await offset.AnyAsync(cancellationToken).ConfigureAwait(false))
        {
            return await AdvanceAsync().ConfigureAwait(false);
        }

        var table = OutboxTables.Of(context).InboxOffsets;
        var insert = $"INSERT INTO {table.Name} ({table.Columns("Consumer", "Topic", "Partition", "NextOffset")}) VALUES ({{0}}, {{1}}, {{2}}, {{3}})";
        try
        {
            return await context.Database.ExecuteSqlRawAsync(insert, [consumer, topic, partition, nextOffset], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (DbException)
        {
            if (!await offset.AnyAsync(cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return await AdvanceAsync().ConfigureAwait(false);
        }

        Task<int> AdvanceAsync() => offset.Where(row => row.NextOffset <= most)
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.NextOffset, nextOffset), cancellationToken);
    }

    private static async Task<HashSet<Guid>> FindAsync(DbContext context, string consumer, InboxMark[] marks, CancellationToken cancellationToken)
    {
        var found = new HashSet<Guid>();
        foreach (var scope in marks.GroupBy(mark => mark.Scope, mark => mark.MessageId))
        {
            var (number, ids) = (scope.Key, scope.ToArray());
            found.UnionWith(await context.Set<InboxMessageRecord>().AsNoTracking().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && row.Scope == number && EF.Parameter(ids).Contains(row.MessageId))
                .Select(row => row.MessageId).ToListAsync(cancellationToken).ConfigureAwait(false));
        }

        return found;
    }
}
