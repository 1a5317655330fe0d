using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Outbox.Operations;

namespace Outbox.PostgreSql.Examining;

/// <summary>Whether dead rows are cleared away: autovacuum's settings, what lies there, and who keeps it from its work.</summary>
internal sealed class VacuumCheck(Catalogue catalogue) : IOutboxCheck
{
    private const long ManyDeadRows = 500_000;
    private const string OldTransactions = """
        SELECT 'session ' || pid || coalesce(' of ' || usename, '') || ' (' || coalesce(state, 'unknown') || ')', extract(epoch FROM now() - xact_start)::bigint
        FROM pg_stat_activity
        WHERE xact_start < now() - interval '5 minutes' AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()
        UNION ALL
        SELECT 'prepared transaction ' || quote_literal(gid), extract(epoch FROM now() - prepared)::bigint
        FROM pg_prepared_xacts WHERE prepared < now() - interval '5 minutes' AND database = current_database()
        UNION ALL
        SELECT 'replication slot ' || slot_name, NULL FROM pg_replication_slots
        WHERE xmin IS NOT NULL AND NOT active
        """;

    public string Name => "vacuum";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        await catalogue.ReadAsync<IReadOnlyList<CheckFinding>>(
            async (context, connection) =>
            {
                var findings = new List<CheckFinding>();
                var on = await Catalogue.QueryAsync(connection, "SELECT current_setting('autovacuum')", cancellationToken).ConfigureAwait(false);
                if (on[0][0] is not "on")
                {
                    findings.Add(new CheckFinding(
                        Name, CheckSeverity.Problem, "Autovacuum is off for the whole server.", "Switch it on: a queue's dead rows slow every read until they are cleared away."));
                }

                var tables = Catalogue.Tables(context).Select(type => type.GetTableName()!).ToArray();
                var rows = await Catalogue.QueryAsync(
                    connection,
                    "SELECT c.relname, array_to_string(c.reloptions, ','), s.n_dead_tup FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid WHERE c.relname = ANY (@names)",
                    cancellationToken,
                    ("names", tables)).ConfigureAwait(false);
                foreach (var row in rows)
                {
                    Judge((string)row[0]!, (string?)row[1] ?? "", (long)row[2]!, findings);
                }

                foreach (var row in await Catalogue.QueryAsync(connection, OldTransactions, cancellationToken).ConfigureAwait(false))
                {
                    findings.Add(new CheckFinding(
                        Name,
                        CheckSeverity.Warning,
                        string.Create(CultureInfo.InvariantCulture, $"{row[0]} keeps dead rows from being cleared away{(row[1] is long age ? $", since {TimeSpan.FromSeconds(age):c}" : "")}."),
                        "End it, or see why it takes so long. The relay goes on meanwhile, but tables and indexes grow."));
                }

                return findings.Count > 0 ? findings : [new CheckFinding(Name, CheckSeverity.Good, "Autovacuum clears dead rows away.")];
            },
            cancellationToken).ConfigureAwait(false);

    private void Judge(string table, string options, long dead, List<CheckFinding> findings)
    {
        if (options.Contains("autovacuum_enabled=false", StringComparison.Ordinal) || options.Contains("autovacuum_enabled=off", StringComparison.Ordinal))
        {
            findings.Add(new CheckFinding(Name, CheckSeverity.Problem, $"Autovacuum is off for {table}.", $"ALTER TABLE {table} RESET (autovacuum_enabled);"));
        }

        if (dead > ManyDeadRows)
        {
            findings.Add(new CheckFinding(
                Name,
                CheckSeverity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{table} has {dead} dead rows."),
                "See whether something keeps autovacuum from it (long transactions, too few workers), then VACUUM it once by hand."));
        }

        if (table.EndsWith("outbox_message", StringComparison.Ordinal) && !options.Contains("autovacuum_vacuum_scale_factor=0", StringComparison.Ordinal))
        {
            findings.Add(new CheckFinding(
                Name,
                CheckSeverity.Advice,
                $"{table} is vacuumed by a share of its size, which says nothing about a queue.",
                $"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000); a migration of the context does so too."));
        }
    }
}
