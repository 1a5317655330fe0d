using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Outbox.Capture;

namespace Outbox.PostgreSql.Capture;

/// <summary>One array for each column, whatever the number of rows. The sort comes before the identity, so ids follow the arrays.</summary>
internal sealed class PostgreSqlInsertSql : IOutboxInsertSql
{
    private static readonly NpgsqlDbType[] Types =
    [
        NpgsqlDbType.Integer, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea, NpgsqlDbType.Text,
        NpgsqlDbType.TimestampTz,
    ];

    public int MaxRows => 10_000;

    public void Append(
        IRelationalCommandBuilder command, IDictionary<string, object?> values, OutboxInsertTable table, IReadOnlyList<OutboxInsertRow> rows)
    {
        var count = table.Columns.Count;
        for (var c = 0; c < count; c++)
        {
            command.AddRawParameter($"c{c}", new NpgsqlParameter { ParameterName = $"c{c}", NpgsqlDbType = NpgsqlDbType.Array | Types[c], Value = Column(rows, c) });
        }

        var columns = string.Join(", ", table.Columns.Select(column => column.Name));
        var aliases = string.Join(", ", Enumerable.Range(0, count).Select(c => $"v{c}"));
        var arrays = string.Join(", ", Enumerable.Range(0, count).Select(c => $"@c{c}"));
        command.Append(
            $"INSERT INTO {table.Name} ({columns}) SELECT {aliases} FROM UNNEST({arrays}) WITH ORDINALITY AS r ({aliases}, n) ORDER BY n");
    }

    private static Array Column(IReadOnlyList<OutboxInsertRow> rows, int column) => column switch
    {
        0 => ToArray(rows, static row => row.KeyHash),
        1 => ToArray(rows, static row => row.MessageId),
        2 => ToArray(rows, static row => row.Topic),
        3 => ToArray(rows, static row => row.Key),
        4 => ToArray(rows, static row => row.Payload),
        5 => ToArray(rows, static row => row.Headers),
        _ => ToArray(rows, static row => row.DueAt!.Value),
    };

    private static T[] ToArray<T>(IReadOnlyList<OutboxInsertRow> rows, Func<OutboxInsertRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return values;
    }
}
