using System.Text;
using Npgsql;

namespace Outbox.PostgreSql.Storage;

/// <summary>Reads topics without a string for each row. Used by one caller at a time.</summary>
internal sealed class TopicReader
{
    private const int MostKnown = 10_000;

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private byte[] _lastBytes = [];
    private string _last = "";

    public TopicReader() => _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    public string Read(NpgsqlDataReader row, int column) => From(row.GetFieldValue<byte[]>(column));

    /// <summary>The topic with this name in UTF-8, mostly the one of the row before.</summary>
    public string From(byte[] bytes)
    {
        if (!bytes.AsSpan().SequenceEqual(_lastBytes))
        {
            (_lastBytes, _last) = (bytes, Find(bytes));
        }

        return _last;
    }

    private string Find(byte[] bytes)
    {
        Span<char> buffer = stackalloc char[256];
        if (bytes.Length > buffer.Length)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var name = buffer[..Encoding.UTF8.GetChars(bytes, buffer)];
        if (_lookup.TryGetValue(name, out var topic))
        {
            return topic;
        }

        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        topic = name.ToString();
        _known.Add(topic, topic);
        return topic;
    }
}
