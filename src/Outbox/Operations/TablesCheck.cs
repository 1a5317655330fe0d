using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>Whether the database answers and has every table with every column.</summary>
internal sealed class TablesCheck(ContextSessions sessions) : IOutboxCheck
{
    private const string Migrate = "Add a migration of the context and apply it, or run the SQL that `outbox schema` prints for what is missing.";

    public string Name => "tables";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        ContextSession session;
        try
        {
            session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException)
        {
            return [new CheckFinding(
                Name, CheckSeverity.Problem, $"The database cannot be opened: {exception.Message}", "Check address, name and rights of the connection string, and whether the server runs.")];
        }

        await using (session.ConfigureAwait(false))
        {
            var findings = new List<CheckFinding>();
            foreach (var table in session.Tables.All)
            {
                if (await LookAsync(session, table, cancellationToken).ConfigureAwait(false) is { } finding)
                {
                    findings.Add(finding);
                }
            }

            return findings.Count > 0 ? findings : [new CheckFinding(Name, CheckSeverity.Good, $"All {session.Tables.All.Count} tables are there.")];
        }
    }

    private async Task<CheckFinding?> LookAsync(ContextSession session, OutboxTable table, CancellationToken cancellationToken)
    {
        try
        {
            var sql = $"SELECT COUNT(*) AS \"Value\" FROM (SELECT {table.AllColumns} FROM {table.Name} WHERE 1 = 0) t";
            await session.Context.Database.SqlQueryRaw<int>(sql).ToListAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (DbException exception)
        {
            var isMissing = session.Dialect.IsMissing?.Invoke(exception) == true;
            return new CheckFinding(
                Name,
                CheckSeverity.Problem,
                isMissing ? $"{table.Name} is missing, or lacks a column: {exception.Message}" : $"{table.Name} cannot be read: {exception.Message}",
                isMissing ? Migrate : "Give the user that connects the rights to read and write it.");
        }
    }
}
