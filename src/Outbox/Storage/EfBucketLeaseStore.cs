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
            var numbers = await NumbersAsync(session, cancellationToken).ConfigureAwait(false);
            if (numbers.Total == 0)
            {
                numbers = await InsertFirstAsync(session, buckets, cancellationToken).ConfigureAwait(false);
            }

            if (numbers.Wanted != buckets || numbers.Total != buckets)
            {
                throw AnotherNumber(numbers, buckets);
            }
        }
    }

    public async ValueTask<bool> ChangeAsync(int buckets, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return await session.InTransactionAsync(
                token => new BucketChange(session, buckets).RunAsync(token), cancellationToken).ConfigureAwait(false);
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
        var held = await ReadHeldAsync(session, relay, cancellationToken).ConfigureAwait(false);
        var wanted = (await NumbersAsync(session, cancellationToken).ConfigureAwait(false)).Wanted;
        if (wanted != relay.Buckets)
        {
            return new LeaseReport(0, held, wanted);
        }

        var alive = await Relays(session)
            .CountAsync(row => row.LastSeen > DateTime.UtcNow.AddSeconds(-seconds) && row.Buckets == wanted, cancellationToken)
            .ConfigureAwait(false);
        return new LeaseReport((int)Math.Ceiling(wanted / (double)Math.Max(1, alive)), held, wanted);
    }

    private static async Task<bool> SeenAsync(ContextSession session, RelayIdentity relay, CancellationToken cancellationToken) =>
        await Relays(session).Where(row => row.RelayId == relay.RelayId)
            .ExecuteUpdateAsync(
                row => row.SetProperty(to => to.LastSeen, to => DateTime.UtcNow).SetProperty(to => to.Buckets, relay.Buckets), cancellationToken)
            .ConfigureAwait(false) > 0;

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
                    row => row.SetProperty(to => to.StartedAt, to => DateTime.UtcNow)
                        .SetProperty(to => to.LastSeen, to => DateTime.UtcNow)
                        .SetProperty(to => to.Buckets, relay.Buckets),
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
        var free = await FindFreeAsync(session, relay.Buckets, most, cancellationToken).ConfigureAwait(false);
        await Free(session, relay.Buckets)
            .Where(row => EF.Parameter(free).Contains(row.Bucket))
            .ExecuteUpdateAsync(
                row => row.SetProperty(to => to.Owner, relay.RelayId)
                    .SetProperty(to => to.Epoch, to => to.Epoch + 1)
                    .SetProperty(to => to.LeaseUntil, to => (DateTime?)DateTime.UtcNow.AddSeconds(seconds)),
                cancellationToken)
            .ConfigureAwait(false);
    }

    private static Task<List<int>> FindFreeAsync(ContextSession session, int total, int most, CancellationToken cancellationToken)
    {
        if (!session.Dialect.LocksRows)
        {
            return Free(session, total).OrderBy(row => row.Bucket).Take(most).Select(row => row.Bucket).ToListAsync(cancellationToken);
        }

        // Relays that ask at once pass over each other's choice instead of waiting for it and getting nothing.
        var table = session.Tables.Buckets;
        var sql = $"SELECT {table["Bucket"]} AS \"Value\" FROM {table.Name} "
            + $"WHERE ({table["Owner"]} IS NULL OR {table["LeaseUntil"]} IS NULL OR {table["LeaseUntil"]} < now()) "
            + $"AND {table["Total"]} = {{0}} AND {table["NextTotal"]} IS NULL "
            + $"ORDER BY {table["Bucket"]} LIMIT {{1}} FOR UPDATE SKIP LOCKED";
        return session.Context.Database.SqlQueryRaw<int>(sql, total, most).ToListAsync(cancellationToken);
    }

    private static async Task<BucketNumbers> InsertFirstAsync(ContextSession session, int buckets, CancellationToken cancellationToken)
    {
        try
        {
            return await session.InTransactionAsync(
                async token =>
                {
                    await BucketChange.InsertAsync(session, buckets, 0, token).ConfigureAwait(false);
                    return new BucketNumbers(buckets, null);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // Another relay was first, with the same number or not; anything else comes again.
            var numbers = await NumbersAsync(session, cancellationToken).ConfigureAwait(false);
            if (numbers.Total == 0)
            {
                throw;
            }

            return numbers;
        }
    }

    private static OutboxException AnotherNumber(BucketNumbers numbers, int buckets)
    {
        const string Option = $"{nameof(OutboxOptions)}.{nameof(OutboxOptions.Buckets)}";
        const string Change = $"{nameof(OutboxOptions)}.{nameof(OutboxOptions.ChangeBuckets)}";
        return new OutboxException(numbers.Next is { } next
            ? $"The database is being changed from {numbers.Total} to {next} buckets, but {Option} is {buckets}. "
                + $"Set it to {next} and {Change} to true, or, to stay at {numbers.Total}, set it to {numbers.Total} and {Change} to true."
            : $"The database is installed with {numbers.Total} buckets, but {Option} is {buckets}. "
                + $"Set it to {numbers.Total}, or set {Change} to true as well: the relay then waits until the others have given their "
                + $"buckets back, and makes {buckets}. Relays that run with {numbers.Total} stop relaying meanwhile, and for good.");
    }

    private static async Task<IReadOnlyList<BucketLease>> ReadHeldAsync(
        ContextSession session, RelayIdentity relay, CancellationToken cancellationToken) =>
        await Held(session, relay).OrderBy(row => row.Bucket).Select(row => new BucketLease(row.Bucket, row.Epoch))
            .ToListAsync(cancellationToken).ConfigureAwait(false);

    private static async Task<BucketNumbers> NumbersAsync(ContextSession session, CancellationToken cancellationToken) =>
        await Buckets(session).OrderBy(row => row.Bucket).Select(row => new BucketNumbers(row.Total, row.NextTotal))
            .FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);

    private static IQueryable<OutboxBucketRecord> Free(ContextSession session, int total) => Buckets(session)
        .Where(row => row.Total == total && row.NextTotal == null)
        .Where(row => row.Owner == null || row.LeaseUntil == null || row.LeaseUntil < DateTime.UtcNow);

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
