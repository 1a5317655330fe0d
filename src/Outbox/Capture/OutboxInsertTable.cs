using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Capture;

/// <summary>One of the two tables that messages are enqueued into, as the model maps it.</summary>
public sealed class OutboxInsertTable
{
    internal OutboxInsertTable(IEntityType entityType, ISqlGenerationHelper sql)
    {
        var mapping = entityType.GetTableMappings().Single();
        Table = mapping.Table;
        Sql = sql;
        Name = sql.DelimitIdentifier(Table.Name, Table.Schema);
        (string Property, Func<OutboxInsertRow, object?> Value)[] written =
        [
            (nameof(StoredMessage.KeyHash), static row => row.KeyHash),
            (nameof(StoredMessage.MessageId), static row => row.MessageId),
            (nameof(StoredMessage.Topic), static row => row.Topic),
            (nameof(StoredMessage.Key), static row => row.Key),
            (nameof(StoredMessage.Payload), static row => row.Payload),
            (nameof(StoredMessage.Headers), static row => row.Headers),
            (nameof(OutboxScheduledRecord.DueAt), static row => row.DueAt),
        ];
        var byProperty = mapping.ColumnMappings.ToDictionary(column => column.Property.Name);
        Columns = [.. written
            .Where(column => byProperty.ContainsKey(column.Property))
            .Select(column => (Mapping: byProperty[column.Property], column.Value))
            .Select(column => new OutboxInsertColumn(column.Mapping, sql.DelimitIdentifier(column.Mapping.Column.Name), column.Value))];
    }

    /// <summary>The table's name with its schema, quoted.</summary>
    public string Name { get; }

    /// <summary>
    /// The columns to write, always in this order: key hash, message id, topic, key, payload, headers and, in the scheduled table,
    /// the due time.
    /// </summary>
    public IReadOnlyList<OutboxInsertColumn> Columns { get; }

    /// <summary>How the provider writes names and parameters.</summary>
    public ISqlGenerationHelper Sql { get; }

    internal ITable Table { get; }
}
