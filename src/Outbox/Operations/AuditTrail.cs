using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>Writes down who asked for what, before it is done: nothing happens unrecorded.</summary>
internal sealed class AuditTrail(ContextSessions sessions, BoundedReads reads)
{
    public const int MaxRequestedByLength = 200;
    public const int MaxActionLength = 50;
    public const int MaxTargetLength = 2_000;

    public async Task WriteAsync(string requestedBy, string action, string target, CancellationToken cancellationToken)
    {
        RequireName(requestedBy);
        var text = target.Length <= MaxTargetLength ? target : target[..(MaxTargetLength - 1)] + "…";
        await sessions.RunAsync(
            (session, token) =>
            {
                var table = session.Tables.Audit;
                var insert = $"INSERT INTO {table.Name} ({table.Columns("RequestedBy", "Action", "Target")}) VALUES ({{0}}, {{1}}, {{2}})";
                return session.Context.Database.ExecuteSqlRawAsync(insert, [requestedBy, action, text], token);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<OutboxPage<AuditEntry>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var before = page.After ?? long.MaxValue;
        return await reads.RunAsync(
            async (context, token) =>
            {
                var rows = await StoredRows.Rows<OutboxAuditRecord>(context).Where(row => row.Id < before)
                    .OrderByDescending(row => row.Id).Take(page.Size).ToListAsync(token).ConfigureAwait(false);
                var entries = rows.ConvertAll(row => new AuditEntry(row.Id, StoredTime.Of(row.RequestedAt), row.RequestedBy, row.Action, row.Target));
                return new OutboxPage<AuditEntry>(entries, rows.Count == page.Size ? rows[^1].Id : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="ArgumentException">There is no name, or it is too long.</exception>
    public static void RequireName(string requestedBy)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(requestedBy);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestedBy.Length, MaxRequestedByLength, nameof(requestedBy));
    }
}
