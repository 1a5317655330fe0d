using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Inserts deferred messages on the context's connection and transaction, and not through its change tracker, which is the handler's.</summary>
internal static class DeferredInsert
{
    private const int InOneStatement = 50;

    private static readonly string[] Written =
    [
        "Consumer", "KeyHash", "MessageId", "Topic", "Key", "Payload", "Headers", "Partition", "Offset", "SourceTimestamp", "Attempts",
        "Retries", "FirstSeen", "DueAt", "ErrorType", "Error",
    ];

    public static async Task RunAsync(DbContext context, IReadOnlyList<InboxDeferredRecord> messages, CancellationToken cancellationToken)
    {
        foreach (var some in messages.Chunk(InOneStatement))
        {
            var command = context.Database.GetDbConnection().CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
                if (context.Database.GetCommandTimeout() is { } timeout)
                {
                    command.CommandTimeout = timeout;
                }

                Fill(command, context, some);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void Fill(DbCommand command, DbContext context, InboxDeferredRecord[] messages)
    {
        var table = OutboxTables.Of(context).InboxDeferred;
        var entity = context.Model.FindEntityType(typeof(InboxDeferredRecord))!;
        var properties = Array.ConvertAll(Written, name => entity.FindProperty(name)!);
        var sql = new StringBuilder($"INSERT INTO {table.Name} ({table.Columns(Written)}) VALUES ");
        for (var i = 0; i < messages.Length; i++)
        {
            sql.Append(i == 0 ? "(" : "), (");
            for (var column = 0; column < properties.Length; column++)
            {
                var property = properties[column];
                var name = FormattableString.Invariant($"p{i}_{column}");
                var value = property.PropertyInfo!.GetValue(messages[i]);
                command.Parameters.Add(property.GetRelationalTypeMapping().CreateParameter(command, name, value, property.IsNullable));
                sql.Append(column == 0 ? "@" : ", @").Append(name);
            }
        }

        command.CommandText = sql.Append(SqlDialect.Of(context).HasOnConflict ? ") ON CONFLICT DO NOTHING" : ")").ToString();
    }
}
