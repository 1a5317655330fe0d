using Npgsql;

namespace Outbox.PostgreSql.Storage;

/// <summary>Reads topics without a string for each row. Used by one caller at a time.</summary>
internal sealed class TopicReader
{
    private const int MostKnown = 10_000;

    private readonly char[] _buffer = new char[256];
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public TopicReader() => _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    public string Read(NpgsqlDataReader row, int column)
    {
        var length = (int)row.GetChars(column, 0, _buffer, 0, _buffer.Length);
        if (length == _buffer.Length)
        {
            return row.GetString(column);
        }

        var span = _buffer.AsSpan(0, length);
        if (_lookup.TryGetValue(span, out var topic))
        {
            return topic;
        }

        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        topic = span.ToString();
        _known.Add(topic, topic);
        return topic;
    }
}
