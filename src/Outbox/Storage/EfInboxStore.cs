#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The consumers' memory on any relational provider.</summary>
internal sealed class EfInboxStore : IInboxStore
{
    private readonly Func<DbContext, bool> _hasOnConflict;

    public EfInboxStore()
        : this(context => SqlDialect.Of(context).HasOnConflict)
    {
    }

    /// <summary>For tests: pretends that a database lacks <c>ON CONFLICT</c>.</summary>
    internal EfInboxStore(Func<DbContext, bool> hasOnConflict) => _hasOnConflict = hasOnConflict;

    public async ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);

        // In the same order everywhere, or two consumers with common ids could wait for each other.
        var sorted = marks.DistinctBy(mark => mark.MessageId).OrderBy(mark => mark.MessageId).ToArray();
        if (sorted.Length == 0)
        {
            return new HashSet<Guid>();
        }

        return await TranslateAsync(
            context,
            _hasOnConflict(context)
                ? OnConflictInbox.MarkAsync(context, consumer, sorted, cancellationToken)
                : PortableInbox.MarkAsync(context, consumer, sorted, cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        foreach (var scope in marks.GroupBy(mark => mark.Scope, mark => mark.MessageId))
        {
            var (number, ids) = (scope.Key, scope.ToArray());
            await TranslateAsync(
                context,
                context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                    .Where(row => row.Consumer == consumer && row.Scope == number && EF.Parameter(ids).Contains(row.MessageId))
                    .ExecuteDeleteAsync(cancellationToken)).ConfigureAwait(false);
        }
    }

    public async ValueTask SetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        await TranslateAsync(
            context,
            _hasOnConflict(context)
                ? OnConflictInbox.MoveOffsetAsync(context, consumer, topic, partition, nextOffset - 1, nextOffset, cancellationToken)
                : PortableInbox.MoveOffsetAsync(context, consumer, topic, partition, nextOffset - 1, nextOffset, cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask<bool> ClaimOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        return await TranslateAsync(
            context,
            _hasOnConflict(context)
                ? OnConflictInbox.MoveOffsetAsync(context, consumer, topic, partition, first, nextOffset, cancellationToken)
                : PortableInbox.MoveOffsetAsync(context, consumer, topic, partition, first, nextOffset, cancellationToken)).ConfigureAwait(false) > 0;
    }

    public async ValueTask TakeBackOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        await TranslateAsync(
            context,
            Offsets(context, consumer, topic, partition)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.NextOffset, nextOffset), cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask<long?> GetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken) =>
        await TranslateAsync(
            context,
            Offsets(context, consumer, topic, partition).Select(row => (long?)row.NextOffset).FirstOrDefaultAsync(cancellationToken)).ConfigureAwait(false);

    public async ValueTask<int> RemoveOldMarksAsync(
        DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        var seconds = -age.TotalSeconds;
        return await TranslateAsync(
            context,
            context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && row.HandledAt < DateTime.UtcNow.AddSeconds(seconds))
                .Where(row => row.Outcome != InboxOutcome.Deferred)
                .OrderBy(row => row.HandledAt).Take(limit)
                .ExecuteDeleteAsync(cancellationToken)).ConfigureAwait(false);
    }

    private static IQueryable<InboxOffsetRecord> Offsets(DbContext context, string consumer, string topic, int partition) =>
        context.Set<InboxOffsetRecord>().AsNoTracking().IgnoreQueryFilters()
            .Where(row => row.Consumer == consumer && row.Topic == topic && row.Partition == partition);

    private static async Task<T> TranslateAsync<T>(DbContext context, Task<T> work)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (System.Data.Common.DbException error) when (SqlDialect.Of(context).IsMissing?.Invoke(error) == true)
        {
            throw OutboxTables.Of(context).NotMigrated(error);
        }
    }
}
