#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Leases through LINQ and conditional updates, on any relational provider. Durations are rounded up to whole seconds.</summary>
internal sealed class EfBucketLeaseStore(ContextSessions sessions) : IBucketLeaseStore
{
    private const double SecondsUntilForgotten = 3600;

    public async ValueTask SeedAsync(int buckets, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ProbeAsync(cancellationToken).ConfigureAwait(false);
            var installed = await CountAsync(session, cancellationToken).ConfigureAwait(false);
            if (installed == 0)
            {
                installed = await InsertBucketsAsync(session, buckets, cancellationToken).ConfigureAwait(false);
            }

            if (installed != buckets)
            {
                throw new OutboxException(
                    $"The database is installed with {installed} buckets, but {nameof(OutboxOptions)}.{nameof(OutboxOptions.Buckets)} is {buckets}. "
                    + $"Set it to {installed}, or stop every relay of this database and delete the rows of {session.Tables.Buckets.Name}: "
                    + $"the next relay to start then makes {buckets}.");
            }
        }
    }

    public async ValueTask<LeaseReport> RenewAsync(RelayIdentity relay, TimeSpan duration, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.RunAsync(token => RenewAsync(session, relay, Seconds(duration), token), cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask<IReadOnlyList<BucketLease>> AcquireAsync(
        RelayIdentity relay, int upTo, TimeSpan duration, CancellationToken cancellationToken) =>
        sessions.InTransactionAsync(
            async (session, token) =>
            {
                var missing = upTo - await Held(session, relay).CountAsync(token).ConfigureAwait(false);
                if (missing > 0)
                {
                    await TakeAsync(session, relay, missing, Seconds(duration), token).ConfigureAwait(false);
                }

                return await ReadHeldAsync(session, relay, token).ConfigureAwait(false);
            },
            cancellationToken);

    public async ValueTask ReleaseAsync(RelayIdentity relay, IReadOnlyCollection<BucketLease> leases, CancellationToken cancellationToken) =>
        await sessions.InTransactionAsync(
            async (session, token) =>
            {
                foreach (var (bucket, epoch) in leases.OrderBy(lease => lease.Bucket))
                {
                    await Owned(session, relay).Where(row => row.Bucket == bucket && row.Epoch == epoch)
                        .ExecuteUpdateAsync(
                            row => row.SetProperty(to => to.Owner, (Guid?)null).SetProperty(to => to.LeaseUntil, (DateTime?)null), token)
                        .ConfigureAwait(false);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    public async ValueTask LeaveAsync(RelayIdentity relay, CancellationToken cancellationToken) =>
        await sessions.RunAsync(
            (session, token) => Relays(session).Where(row => row.RelayId == relay.RelayId).ExecuteDeleteAsync(token), cancellationToken)
            .ConfigureAwait(false);

    private static async Task<LeaseReport> RenewAsync(
        ContextSession session, RelayIdentity relay, double seconds, CancellationToken cancellationToken)
    {
        if (!await SeenAsync(session, relay, cancellationToken).ConfigureAwait(false))
        {
            await IntroduceAsync(session, relay, cancellationToken).ConfigureAwait(false);
        }

        // The owner changes only together with the epoch, so what still has this owner was taken by nobody, expired or not.
        await Owned(session, relay).ExecuteUpdateAsync(
            row => row.SetProperty(to => to.LeaseUntil, to => (DateTime?)DateTime.UtcNow.AddSeconds(seconds)), cancellationToken)
            .ConfigureAwait(false);
        await Relays(session).Where(row => row.LastSeen < DateTime.UtcNow.AddSeconds(-SecondsUntilForgotten))
            .ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        var alive = await Relays(session).CountAsync(row => row.LastSeen > DateTime.UtcNow.AddSeconds(-seconds), cancellationToken)
            .ConfigureAwait(false);
        var buckets = await CountAsync(session, cancellationToken).ConfigureAwait(false);
        var share = (int)Math.Ceiling(buckets / (double)Math.Max(1, alive));
        return new LeaseReport(share, await ReadHeldAsync(session, relay, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<bool> SeenAsync(ContextSession session, RelayIdentity relay, CancellationToken cancellationToken) =>
        await Relays(session).Where(row => row.RelayId == relay.RelayId)
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.LastSeen, to => DateTime.UtcNow), cancellationToken).ConfigureAwait(false) > 0;

    private static async Task IntroduceAsync(ContextSession session, RelayIdentity relay, CancellationToken cancellationToken)
    {
        var table = session.Tables.Relays;
        var insert = $"INSERT INTO {table.Name} ({table.Columns("RelayId", "Host", "Version", "StartedAt", "LastSeen")}) "
            + "VALUES ({0}, {1}, {2}, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)";
        try
        {
            await session.Context.Database.ExecuteSqlRawAsync(insert, [relay.RelayId, relay.Host, relay.Version], cancellationToken)
                .ConfigureAwait(false);
            await Relays(session).Where(row => row.RelayId == relay.RelayId)
                .ExecuteUpdateAsync(
                    row => row.SetProperty(to => to.StartedAt, to => DateTime.UtcNow).SetProperty(to => to.LastSeen, to => DateTime.UtcNow),
                    cancellationToken)
                .ConfigureAwait(false);
        }
        catch (DbException)
        {
            // Another call for the same relay was first; anything else comes again.
            if (!await SeenAsync(session, relay, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    private static async Task TakeAsync(
        ContextSession session, RelayIdentity relay, int most, double seconds, CancellationToken cancellationToken)
    {
        var free = await FindFreeAsync(session, most, cancellationToken).ConfigureAwait(false);
        await Buckets(session)
            .Where(row => EF.Parameter(free).Contains(row.Bucket))
            .Where(row => row.Owner == null || row.LeaseUntil == null || row.LeaseUntil < DateTime.UtcNow)
            .ExecuteUpdateAsync(
                row => row.SetProperty(to => to.Owner, relay.RelayId)
                    .SetProperty(to => to.Epoch, to => to.Epoch + 1)
                    .SetProperty(to => to.LeaseUntil, to => (DateTime?)DateTime.UtcNow.AddSeconds(seconds)),
                cancellationToken)
            .ConfigureAwait(false);
    }

    private static Task<List<int>> FindFreeAsync(ContextSession session, int most, CancellationToken cancellationToken)
    {
        if (!session.Dialect.LocksRows)
        {
            return Buckets(session).Where(row => row.Owner == null || row.LeaseUntil == null || row.LeaseUntil < DateTime.UtcNow)
                .OrderBy(row => row.Bucket).Take(most).Select(row => row.Bucket).ToListAsync(cancellationToken);
        }

        // Relays that ask at once pass over each other's choice instead of waiting for it and getting nothing.
        var table = session.Tables.Buckets;
        var sql = $"SELECT {table["Bucket"]} AS \"Value\" FROM {table.Name} "
            + $"WHERE {table["Owner"]} IS NULL OR {table["LeaseUntil"]} IS NULL OR {table["LeaseUntil"]} < now() "
            + $"ORDER BY {table["Bucket"]} LIMIT {{0}} FOR UPDATE SKIP LOCKED";
        return session.Context.Database.SqlQueryRaw<int>(sql, most).ToListAsync(cancellationToken);
    }

    private static async Task<int> InsertBucketsAsync(ContextSession session, int buckets, CancellationToken cancellationToken)
    {
        var table = session.Tables.Buckets;
        try
        {
            return await session.InTransactionAsync(
                async token =>
                {
                    // SQL Server takes at most 1,000 rows in one statement.
                    foreach (var numbers in Enumerable.Range(0, buckets).Chunk(500))
                    {
                        var insert = $"INSERT INTO {table.Name} ({table.Columns("Bucket", "Epoch")}) VALUES "
                            + string.Join(", ", numbers.Select(number => FormattableString.Invariant($"({number}, 0)")));
                        await session.Context.Database.ExecuteSqlRawAsync(insert, token).ConfigureAwait(false);
                    }

                    return buckets;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // Another relay was first, with the same number or not; anything else comes again.
            var installed = await CountAsync(session, cancellationToken).ConfigureAwait(false);
            if (installed == 0)
            {
                throw;
            }

            return installed;
        }
    }

    private static async Task<IReadOnlyList<BucketLease>> ReadHeldAsync(
        ContextSession session, RelayIdentity relay, CancellationToken cancellationToken) =>
        await Held(session, relay).OrderBy(row => row.Bucket).Select(row => new BucketLease(row.Bucket, row.Epoch))
            .ToListAsync(cancellationToken).ConfigureAwait(false);

    private static Task<int> CountAsync(ContextSession session, CancellationToken cancellationToken) =>
        Buckets(session).CountAsync(cancellationToken);

    private static IQueryable<OutboxBucketRecord> Held(ContextSession session, RelayIdentity relay) =>
        Owned(session, relay).Where(row => row.LeaseUntil >= DateTime.UtcNow);

    private static IQueryable<OutboxBucketRecord> Owned(ContextSession session, RelayIdentity relay) =>
        Buckets(session).Where(row => row.Owner == relay.RelayId);

    private static IQueryable<OutboxBucketRecord> Buckets(ContextSession session) =>
        session.Context.Set<OutboxBucketRecord>().AsNoTracking().IgnoreQueryFilters();

    private static IQueryable<OutboxRelayRecord> Relays(ContextSession session) =>
        session.Context.Set<OutboxRelayRecord>().AsNoTracking().IgnoreQueryFilters();

    private static double Seconds(TimeSpan duration) => Math.Ceiling(duration.TotalSeconds);
}
