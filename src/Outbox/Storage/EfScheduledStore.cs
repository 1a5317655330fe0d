#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.CrashPoints;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Scheduled messages on any relational provider.</summary>
internal sealed class EfScheduledStore(ContextSessions sessions) : IScheduledStore
{
    public ValueTask<int> MoveDueAsync(
        int totalBuckets, IReadOnlyCollection<BucketLease> leases, int most, CancellationToken cancellationToken) =>
        sessions.InTransactionAsync(
            async (session, token) =>
            {
                var locked = await LockAsync(session, leases, token).ConfigureAwait(false);
                if (locked.Count == 0)
                {
                    return 0;
                }

                var moved = await new ScheduledMoves(session, totalBuckets, locked).MoveAsync(most, token).ConfigureAwait(false);
                CrashHook.Reach(CrashPoint.ScheduleMoved);
                return moved;
            },
            cancellationToken);

    public ValueTask<TimeSpan?> GetUntilNextAsync(BucketSet buckets, CancellationToken cancellationToken)
    {
        var (total, owned) = (buckets.Total, buckets.ToArray());
        return sessions.RunAsync(
            async (session, token) =>
            {
                var scheduled = session.Context.Set<OutboxScheduledRecord>().AsNoTracking().IgnoreQueryFilters();
                if (!buckets.IsAll)
                {
                    scheduled = scheduled.Where(row => EF.Parameter(owned).Contains(row.KeyHash % total));
                }

                var next = await scheduled.OrderBy(row => row.DueAt).ThenBy(row => row.Id)
                    .Select(row => new { row.DueAt, Now = DateTime.UtcNow })
                    .FirstOrDefaultAsync(token).ConfigureAwait(false);
                return next is null ? (TimeSpan?)null : next.DueAt - next.Now;
            },
            cancellationToken);
    }

    /// <summary>Locks those of the buckets that are still owned with their epochs.</summary>
    private static async Task<List<int>> LockAsync(
        ContextSession session, IReadOnlyCollection<BucketLease> leases, CancellationToken cancellationToken)
    {
        if (leases.Count > 0 && session.Dialect.LocksRows)
        {
            // The renewal locks the same rows in an order of its own: waiting for it here could wait for ever.
            var table = session.Tables.Buckets;
            var pairs = string.Join(", ", leases.Select(lease => FormattableString.Invariant($"({lease.Bucket}, {lease.Epoch})")));
            var sql = $"SELECT {table["Bucket"]} AS \"Value\" FROM {table.Name} "
                + $"WHERE ({table.Columns("Bucket", "Epoch")}) IN ({pairs}) AND {table["Owner"]} IS NOT NULL FOR UPDATE SKIP LOCKED";
            return await session.Context.Database.SqlQueryRaw<int>(sql).ToListAsync(cancellationToken).ConfigureAwait(false);
        }

        var locked = new List<int>(leases.Count);
        foreach (var (bucket, epoch) in leases.OrderBy(lease => lease.Bucket))
        {
            var changed = await session.Context.Set<OutboxBucketRecord>().IgnoreQueryFilters()
                .Where(row => row.Bucket == bucket && row.Epoch == epoch && row.Owner != null)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.Epoch, to => to.Epoch), cancellationToken).ConfigureAwait(false);
            if (changed > 0)
            {
                locked.Add(bucket);
            }
        }

        return locked;
    }
}
