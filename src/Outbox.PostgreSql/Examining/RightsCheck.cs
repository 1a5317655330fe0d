using Microsoft.EntityFrameworkCore;
using Outbox.Operations;

namespace Outbox.PostgreSql.Examining;

/// <summary>What the user that connects may do with the tables. Roles may be kept apart, so a missing right is advice unless it is the reading.</summary>
internal sealed class RightsCheck(Catalogue catalogue) : IOutboxCheck
{
    private const string Rights = """
        SELECT c.relname,
            has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
            has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE')
        FROM pg_class c WHERE c.relname = ANY (@names) AND c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) OR c.oid = ANY (
            SELECT to_regclass(quote_ident(s) || '.' || quote_ident(n)) FROM unnest(@schemas, @names) AS named (s, n) WHERE s <> '')
        """;

    private static readonly string[] Names = ["SELECT", "INSERT", "UPDATE", "DELETE"];

    public string Name => "rights";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        await catalogue.ReadAsync<IReadOnlyList<CheckFinding>>(
            async (context, connection) =>
            {
                var tables = Catalogue.Tables(context).ToList();
                var rows = await Catalogue.QueryAsync(
                    connection,
                    Rights,
                    cancellationToken,
                    ("names", tables.ConvertAll(type => type.GetTableName()!).ToArray()),
                    ("schemas", tables.ConvertAll(type => type.GetSchema() ?? "").ToArray())).ConfigureAwait(false);
                var lacking = rows.Select(row => (Table: (string)row[0]!, Missing: Names.Where((_, i) => row[i + 1] is not true).ToList()))
                    .Where(entry => entry.Missing.Count > 0).ToList();
                return lacking.Count == 0
                    ? [new CheckFinding(Name, CheckSeverity.Good, "This user may do all that a relay and a consumer do.")]
                    : lacking.ConvertAll(entry => new CheckFinding(
                        Name,
                        entry.Missing.Contains("SELECT") ? CheckSeverity.Warning : CheckSeverity.Advice,
                        $"This user lacks {string.Join(", ", entry.Missing)} on {entry.Table}.",
                        "Grant it to the role that relays and consumes; a role that only enqueues or looks does not need it."));
            },
            cancellationToken).ConfigureAwait(false);
}
