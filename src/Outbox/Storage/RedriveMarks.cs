#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>How the mark of a redriven message takes the place of the one that says dead-lettered, once for each number.</summary>
public static class RedriveMarks
{
    /// <summary>The action of an <c>ON CONFLICT</c> clause: it changes, and so returns, only a dead-lettered mark with a lower number.</summary>
    /// <param name="marks">The table of the marks.</param>
    /// <param name="alias">The name under which the statement knows it.</param>
    public static string ReplaceSql(OutboxTable marks, string alias)
    {
        ArgumentNullException.ThrowIfNull(marks);
        var (outcome, redrive) = (marks["Outcome"], marks["Redrive"]);
        return $"UPDATE SET {outcome} = excluded.{outcome}, {redrive} = excluded.{redrive}, {marks["HandledAt"]} = CURRENT_TIMESTAMP "
            + $"WHERE {alias}.{outcome} = {(int)InboxOutcome.DeadLettered} AND {alias}.{redrive} < excluded.{redrive}";
    }

    internal static async Task<bool> ReplaceAsync(DbContext context, string consumer, InboxMark mark, CancellationToken cancellationToken) =>
        await context.Set<InboxMessageRecord>().IgnoreQueryFilters()
            .Where(row => row.Consumer == consumer && row.MessageId == mark.MessageId && row.Scope == mark.Scope)
            .Where(row => row.Outcome == InboxOutcome.DeadLettered && row.Redrive < mark.Redrive)
            .ExecuteUpdateAsync(
                row => row.SetProperty(to => to.Outcome, mark.Outcome).SetProperty(to => to.Redrive, mark.Redrive)
                    .SetProperty(to => to.HandledAt, to => DateTime.UtcNow),
                cancellationToken).ConfigureAwait(false) > 0;
}
