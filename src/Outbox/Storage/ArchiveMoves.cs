using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Moves sent messages to the archive with statements that any relational provider understands. Called in a transaction.</summary>
internal sealed class ArchiveMoves(ContextSession session)
{
    /// <summary>SQLite takes 500 terms of a union.</summary>
    private const int InOneStatement = 400;

    private static readonly string[] Copied = ["KeyHash", "MessageId", "Topic", "Key", "Payload", "Headers", "CreatedAt"];

    private readonly OutboxTable _waiting = session.Tables.Messages;
    private readonly OutboxTable _archive = session.Tables.RequireArchive();

    public async Task<int> MoveAsync(IReadOnlyList<SentMessage> sent, CancellationToken cancellationToken)
    {
        var moved = 0;
        foreach (var some in sent.OrderBy(message => message.Id).Chunk(InOneStatement))
        {
            var ids = Array.ConvertAll(some, message => message.Id);
            var rows = session.Context.Set<OutboxMessageRecord>().IgnoreQueryFilters().Where(row => EF.Parameter(ids).Contains(row.Id));

            // Locked before they are copied: two relays that both sent a message would both keep it.
            await rows.ExecuteUpdateAsync(row => row.SetProperty(to => to.KeyHash, to => to.KeyHash), cancellationToken).ConfigureAwait(false);
            moved += await session.Context.Database.ExecuteSqlRawAsync(CopySql(some), cancellationToken).ConfigureAwait(false);
            await rows.ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        }

        return moved;
    }

    private string CopySql(SentMessage[] some)
    {
        var sql = new StringBuilder();
        sql.Append(CultureInfo.InvariantCulture, $"INSERT INTO {_archive.Name} ({_archive.Columns([.. Copied, "Partition", "Offset"])}) SELECT ");
        foreach (var column in Copied)
        {
            sql.Append(CultureInfo.InvariantCulture, $"m.{_waiting[column]}, ");
        }

        // -1 is made null here and not in the list: a union of nulls alone has no type.
        sql.Append(CultureInfo.InvariantCulture, $"CASE WHEN s.p < 0 THEN NULL ELSE s.p END, CASE WHEN s.o < 0 THEN NULL ELSE s.o END FROM {_waiting.Name} m JOIN (");
        for (var i = 0; i < some.Length; i++)
        {
            var (id, partition, offset) = some[i];
            sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : " UNION ALL ")}SELECT {id} AS i, {partition} AS p, {offset} AS o");
        }

        return sql.Append(CultureInfo.InvariantCulture, $") s ON s.i = m.{_waiting["Id"]} ORDER BY m.{_waiting["Id"]}").ToString();
    }
}
