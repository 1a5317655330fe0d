using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Operations;

/// <summary>
/// Where in a table a message of some time is likely to be: ids and times grow together, but for transactions that were long open.
/// A hint for where to begin a search.
/// </summary>
internal static class IdTimes
{
    /// <summary>Clocks of different machines, and transactions that begin before their messages.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>When an id was made, if it says so (version 7).</summary>
    public static DateTimeOffset? MadeAt(Guid messageId)
    {
        if (messageId.Version != 7)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        messageId.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16;
        return milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    /// <summary>The lowest id whose row is not older than a time, by halving: some twenty look-ups in the primary key.</summary>
    public static async Task<long> FindAsync(IQueryable<StoredRow> rows, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var earliest = (time - Slack).UtcDateTime;
        var low = await rows.OrderBy(row => row.Id).Select(row => (long?)row.Id).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false) ?? 0;
        var high = await rows.OrderByDescending(row => row.Id).Select(row => (long?)row.Id).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false) ?? 0;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var row = await rows.Where(row => row.Id >= middle).OrderBy(row => row.Id).Select(row => new { row.Id, row.CreatedAt })
                .FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            if (row is null || DateTime.SpecifyKind(row.CreatedAt, DateTimeKind.Utc) >= earliest)
            {
                high = middle;
            }
            else
            {
                low = row.Id + 1;
            }
        }

        return low;
    }
}
