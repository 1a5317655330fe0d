using Microsoft.EntityFrameworkCore;
using Outbox.Operations;

namespace Outbox.PostgreSql.Examining;

/// <summary>Whether every index of the model is there and valid.</summary>
internal sealed class IndexesCheck(Catalogue catalogue) : IOutboxCheck
{
    public string Name => "indexes";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        await catalogue.ReadAsync<IReadOnlyList<CheckFinding>>(
            async (context, connection) =>
            {
                var wanted = Catalogue.Tables(context).SelectMany(type => type.GetIndexes().Select(index => index.GetDatabaseName()!)
                    .Append(type.FindPrimaryKey()!.GetName()!)).ToHashSet(StringComparer.Ordinal);
                var rows = await Catalogue.QueryAsync(
                    connection,
                    "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = ANY (@names)",
                    cancellationToken,
                    ("names", wanted.ToArray())).ConfigureAwait(false);
                var valid = rows.Where(row => row[1] is true).Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal);
                var missing = wanted.Except(valid).Order(StringComparer.Ordinal).ToList();
                return missing.Count == 0
                    ? [new CheckFinding(Name, CheckSeverity.Good, $"All {wanted.Count} indexes are there.")]
                    : [new CheckFinding(
                        Name,
                        CheckSeverity.Warning,
                        $"Missing or not valid: {string.Join(", ", missing)}.",
                        "Make them as `outbox schema` prints them (CREATE INDEX CONCURRENTLY where much is in the table); drop one that is not valid first.")];
            },
            cancellationToken).ConfigureAwait(false);
}
