#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The move of due messages. Called under the locks of the buckets' rows, in their transaction.</summary>
internal sealed class ScheduledMoves(ContextSession session, int total, List<int> buckets)
{
    private const int InOneStatement = 1_000;

    // Neither the id, which the database gives anew, nor the time of the insert, from which the age of waiting messages is counted.
    private static readonly string[] Copied = ["KeyHash", "MessageId", "Topic", "Key", "Payload", "Headers"];

    private readonly OutboxTable _waiting = session.Tables.Messages;
    private readonly OutboxTable _scheduled = session.Tables.Scheduled;

    private IQueryable<OutboxScheduledRecord> Scheduled =>
        session.Context.Set<OutboxScheduledRecord>().AsNoTracking().IgnoreQueryFilters();

    public Task<int> MoveAsync(int most, CancellationToken cancellationToken) =>
        session.Dialect.DeletesInQueries ? MoveAtOnceAsync(most, cancellationToken) : MoveStepwiseAsync(most, cancellationToken);

    /// <summary>One statement. A message whose cancelling is not committed yet is passed over, and moved the next time if it is rolled back.</summary>
    private Task<int> MoveAtOnceAsync(int most, CancellationToken cancellationToken)
    {
        var order = _scheduled.Columns("DueAt", "Id");
        var list = string.Join(", ", buckets.Select(bucket => bucket.ToString(CultureInfo.InvariantCulture)));
        var owned = buckets.Count == total ? "" : $"AND {_scheduled["KeyHash"]} % {{1}} IN ({list}) ";
        var sql = $"WITH due AS (DELETE FROM {_scheduled.Name} WHERE {_scheduled["Id"]} = ANY(ARRAY("
            + $"SELECT {_scheduled["Id"]} FROM {_scheduled.Name} WHERE {_scheduled["DueAt"]} <= now() {owned}"
            + $"ORDER BY {order} LIMIT {{0}} FOR UPDATE SKIP LOCKED)) RETURNING *) "
            + $"INSERT INTO {_waiting.Name} ({_waiting.Columns(Copied)}) SELECT {_scheduled.Columns(Copied)} FROM due ORDER BY {order}";
        return session.Context.Database.ExecuteSqlRawAsync(sql, [most, total], cancellationToken);
    }

    private async Task<int> MoveStepwiseAsync(int most, CancellationToken cancellationToken)
    {
        var ids = await Scheduled
            .Where(row => row.DueAt <= DateTime.UtcNow && EF.Parameter(buckets).Contains(row.KeyHash % total))
            .OrderBy(row => row.DueAt).ThenBy(row => row.Id)
            .Select(row => row.Id).Take(most)
            .ToArrayAsync(cancellationToken).ConfigureAwait(false);
        var moved = 0;
        foreach (var some in ids.Chunk(InOneStatement))
        {
            // Locked before they are copied: one that is cancelled in between would be sent although its cancelling succeeded.
            var due = Scheduled.Where(row => EF.Parameter(some).Contains(row.Id));
            await due.ExecuteUpdateAsync(row => row.SetProperty(to => to.DueAt, to => to.DueAt), cancellationToken).ConfigureAwait(false);
            var list = string.Join(", ", some.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            var insert = $"INSERT INTO {_waiting.Name} ({_waiting.Columns(Copied)}) SELECT {_scheduled.Columns(Copied)} "
                + $"FROM {_scheduled.Name} WHERE {_scheduled["Id"]} IN ({list}) ORDER BY {_scheduled.Columns("DueAt", "Id")}";
            moved += await session.Context.Database.ExecuteSqlRawAsync(insert, cancellationToken).ConfigureAwait(false);
            await due.ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        }

        return moved;
    }
}
