using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.Storage;

/// <summary>A table as a context's model maps it, for the SQL of a dialect.</summary>
public sealed class OutboxTable
{
    private readonly Dictionary<string, string> _columns = new(StringComparer.Ordinal);

    internal OutboxTable(IEntityType entity, ISqlGenerationHelper quotes)
    {
        var name = entity.GetTableName() ?? throw new OutboxException(
            $"The model maps {entity.DisplayName()} to no table. Leave the mapping of the outbox to modelBuilder.AddOutbox().");
        var table = StoreObjectIdentifier.Table(name, entity.GetSchema());
        Name = quotes.DelimitIdentifier(name, table.Schema);
        foreach (var property in entity.GetProperties())
        {
            _columns[property.Name] = quotes.DelimitIdentifier(property.GetColumnName(table) ?? property.Name);
        }
    }

    /// <summary>The table's name with its schema, quoted for the provider.</summary>
    public string Name { get; }

    /// <summary>The quoted names of all columns, separated by commas.</summary>
    internal string AllColumns => string.Join(", ", _columns.Values);

    /// <summary>A column's name, quoted for the provider.</summary>
    /// <param name="property">What the column holds, in the words of this library: <c>KeyHash</c>, <c>MessageId</c>.</param>
    public string this[string property] => _columns[property];

    /// <summary>Quoted names of columns, separated by commas.</summary>
    /// <param name="properties">What the columns hold, in the words of this library.</param>
    public string Columns(params ReadOnlySpan<string> properties)
    {
        var names = new string[properties.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = _columns[properties[i]];
        }

        return string.Join(", ", names);
    }
}
