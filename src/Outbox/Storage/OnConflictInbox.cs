using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The inbox's writes where <c>ON CONFLICT</c> and <c>RETURNING</c> are understood (PostgreSQL, SQLite).</summary>
internal static class OnConflictInbox
{
    /// <summary>Two parameters a mark and one more stay below every known limit (SQLite: 32,766).</summary>
    private const int MostMarks = 10_000;

    public static async Task<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, InboxMark[] marks, CancellationToken cancellationToken)
    {
        var added = new HashSet<Guid>(marks.Length);
        foreach (var some in marks.Chunk(MostMarks))
        {
            var command = Command(context);
            await using (command.ConfigureAwait(false))
            {
                Fill(command, context, consumer, some);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        added.Add(reader.GetGuid(0));
                    }
                }
            }
        }

        return added;
    }

    /// <returns>How many rows were moved: none where one stands behind <paramref name="most"/> already.</returns>
    public static async Task<int> MoveOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long most, long nextOffset, CancellationToken cancellationToken)
    {
        var table = OutboxTables.Of(context).InboxOffsets;
        var next = table["NextOffset"];
        var sql = $"INSERT INTO {table.Name} AS o ({table.Columns("Consumer", "Topic", "Partition", "NextOffset")}) VALUES ({{0}}, {{1}}, {{2}}, {{3}}) "
            + $"ON CONFLICT ({table.Columns("Consumer", "Topic", "Partition")}) "
            + $"DO UPDATE SET {next} = excluded.{next} WHERE o.{next} <= {{4}}";
        return await context.Database.ExecuteSqlRawAsync(sql, [consumer, topic, partition, nextOffset, most], cancellationToken).ConfigureAwait(false);
    }

    private static void Fill(DbCommand command, DbContext context, string consumer, InboxMark[] marks)
    {
        var entity = context.Model.FindEntityType(typeof(InboxMessageRecord))!;
        var id = Mapping(entity, nameof(InboxMessageRecord.MessageId));
        var table = OutboxTables.Of(context).InboxMessages;
        var isRedrive = Array.Exists(marks, mark => mark.Redrive > 0);
        var sql = new StringBuilder($"INSERT INTO {table.Name} AS t ({table.Columns("Consumer", "MessageId", "Scope", "Outcome", "Redrive")}) VALUES ");
        command.Parameters.Add(Mapping(entity, nameof(InboxMessageRecord.Consumer)).CreateParameter(command, "c", consumer));
        for (var i = 0; i < marks.Length; i++)
        {
            var name = FormattableString.Invariant($"m{i}");
            command.Parameters.Add(id.CreateParameter(command, name, marks[i].MessageId));
            sql.Append(i == 0 ? "" : ", ").Append(null, $"(@c, @{name}, {marks[i].Scope}, {(int)marks[i].Outcome}, {marks[i].Redrive})");
        }

        sql.Append(" ON CONFLICT (").Append(table.Columns("Consumer", "MessageId", "Scope")).Append(") DO ")
            .Append(isRedrive ? RedriveMarks.ReplaceSql(table, "t") : "NOTHING").Append(" RETURNING ").Append(table["MessageId"]);
        command.CommandText = sql.ToString();
    }

    private static DbCommand Command(DbContext context)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        if (context.Database.GetCommandTimeout() is { } timeout)
        {
            command.CommandTimeout = timeout;
        }

        return command;
    }

    private static RelationalTypeMapping Mapping(IEntityType entity, string property) =>
        entity.FindProperty(property)!.GetRelationalTypeMapping();
}
