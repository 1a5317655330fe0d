using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.Capture;

/// <summary><c>INSERT … VALUES (…), (…)</c>, which every relational database takes.</summary>
internal sealed class PortableInsertSql : IOutboxInsertSql
{
    public static readonly PortableInsertSql Instance = new();

    /// <summary>Seven parameters a row; the lowest limit among the usual databases is 2,100 for a statement.</summary>
    public int MaxRows => 280;

    public void Append(
        IRelationalCommandBuilder command, IDictionary<string, object?> values, OutboxInsertTable table, IReadOnlyList<OutboxInsertRow> rows)
    {
        var text = new StringBuilder("INSERT INTO ").Append(table.Name)
            .Append(" (").AppendJoin(", ", table.Columns.Select(column => column.Name)).Append(") VALUES ");
        var next = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            text.Append(i == 0 ? "(" : ", (");
            for (var c = 0; c < table.Columns.Count; c++)
            {
                var column = table.Columns[c];
                var name = "m" + next++.ToString(CultureInfo.InvariantCulture);
                command.AddParameter(name, table.Sql.GenerateParameterName(name), column.TypeMapping, column.IsNullable);
                values.Add(name, column.Value(rows[i]));
                text.Append(c == 0 ? "" : ", ").Append(table.Sql.GenerateParameterNamePlaceholder(name));
            }

            text.Append(')');
        }

        command.Append(text.Append(table.Sql.StatementTerminator).ToString());
    }
}
