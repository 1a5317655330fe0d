#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>
/// The change to another number of buckets, in one transaction that keeps out whoever takes, renews or gives back a bucket, or moves
/// rows under a bucket's lock. While a lease is left only the request is written, which stops everybody from taking more.
/// </summary>
internal sealed class BucketChange(ContextSession session, int buckets)
{
    private IQueryable<OutboxBucketRecord> Rows => session.Context.Set<OutboxBucketRecord>().AsNoTracking().IgnoreQueryFilters();

    public static async Task InsertAsync(ContextSession session, int buckets, long epoch, CancellationToken cancellationToken)
    {
        var table = session.Tables.Buckets;

        // SQL Server takes at most 1,000 rows in one statement.
        foreach (var numbers in Enumerable.Range(0, buckets).Chunk(500))
        {
            var insert = $"INSERT INTO {table.Name} ({table.Columns("Bucket", "Epoch", "Total")}) VALUES "
                + string.Join(", ", numbers.Select(number => FormattableString.Invariant($"({number}, {epoch}, {buckets})")));
            await session.Context.Database.ExecuteSqlRawAsync(insert, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the number is installed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken).ConfigureAwait(false);
        var rows = await Rows.Select(row => new { row.Total, row.Epoch, IsHeld = row.Owner != null && row.LeaseUntil >= DateTime.UtcNow })
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (rows.Count > 0 && rows[0].Total == buckets)
        {
            await Rows.Where(row => row.NextTotal != null)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.NextTotal, (int?)null), cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (rows.Exists(row => row.IsHeld))
        {
            await Rows.ExecuteUpdateAsync(row => row.SetProperty(to => to.NextTotal, buckets), cancellationToken).ConfigureAwait(false);
            return false;
        }

        // Whoever still works under an old epoch, after a hang, must find no row that has it.
        var epoch = rows.Count == 0 ? 0 : rows.Max(row => row.Epoch) + 1;
        await Rows.ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        await InsertAsync(session, buckets, epoch, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task LockAsync(CancellationToken cancellationToken)
    {
        if (session.Dialect.LockTable is { } statement)
        {
            // Row locks would be taken in an order of their own, beside renewals that have theirs.
            var sql = string.Format(CultureInfo.InvariantCulture, statement, session.Tables.Buckets.Name);
            await session.Context.Database.ExecuteSqlRawAsync(sql, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Rows.ExecuteUpdateAsync(row => row.SetProperty(to => to.Epoch, to => to.Epoch), cancellationToken).ConfigureAwait(false);
        }
    }
}
