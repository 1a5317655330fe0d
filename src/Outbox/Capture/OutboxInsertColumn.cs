using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.Capture;

/// <summary>A column that is written when a message is enqueued.</summary>
public sealed class OutboxInsertColumn
{
    internal OutboxInsertColumn(IColumnMapping mapping, string quotedName, Func<OutboxInsertRow, object?> value)
    {
        Mapping = mapping;
        Name = quotedName;
        Value = value;
    }

    /// <summary>The column's name, quoted.</summary>
    public string Name { get; }

    /// <summary>How the value becomes a parameter.</summary>
    public RelationalTypeMapping TypeMapping => Mapping.TypeMapping;

    /// <summary>Whether the column takes null.</summary>
    public bool IsNullable => Mapping.Column.IsNullable;

    /// <summary>Gives the column's value of a row, as the model has it (before conversion).</summary>
    public Func<OutboxInsertRow, object?> Value { get; }

    internal IColumnMapping Mapping { get; }
}
