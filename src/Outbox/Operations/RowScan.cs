using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Operations;

/// <summary>Looks through a table without an index for what is wanted: in pieces of the primary key, until a deadline.</summary>
internal sealed class RowScan(DbContext context, TimeProvider time, long deadline)
{
    private const int Piece = 50_000;

    /// <summary>The messages that fit, the lowest ids first.</summary>
    /// <param name="place">Where to look.</param>
    /// <param name="fits">What fits.</param>
    /// <param name="start">The id to begin at; what lies below it is looked at last.</param>
    /// <param name="most">How many are enough.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    /// <returns>What was found, and whether everything was looked at or enough found.</returns>
    public async Task<(List<StoredRow> Found, bool IsComplete)> FindAsync(
        MessagePlace place, Expression<Func<StoredRow, bool>> fits, long start, int most, CancellationToken cancellationToken)
    {
        var rows = StoredRows.Of(context, place);
        var found = new List<StoredRow>();
        var isComplete = await ScanAsync(rows.Where(row => row.Id >= start), fits, found, most, cancellationToken).ConfigureAwait(false)
            && (start == long.MinValue || found.Count >= most
                || await ScanAsync(rows.Where(row => row.Id < start), fits, found, most, cancellationToken).ConfigureAwait(false));
        return (found, isComplete);
    }

    private async Task<bool> ScanAsync(
        IQueryable<StoredRow> rows, Expression<Func<StoredRow, bool>> fits, List<StoredRow> found, int most, CancellationToken cancellationToken)
    {
        long? after = long.MinValue;
        while (after is { } from && found.Count < most)
        {
            if (time.GetTimestamp() > deadline)
            {
                return false;
            }

            var rest = rows.Where(row => row.Id > from).OrderBy(row => row.Id);
            found.AddRange(await rest.Take(Piece).Where(fits).OrderBy(row => row.Id).Take(most - found.Count)
                .ToListAsync(cancellationToken).ConfigureAwait(false));
            after = await rest.Select(row => (long?)row.Id).Skip(Piece - 1).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
