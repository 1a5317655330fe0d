using System.Collections;

namespace Outbox;

/// <summary>The headers of a message, in order, repeats kept. Not safe for concurrent use.</summary>
public sealed class MessageHeaders : IReadOnlyList<MessageHeader>
{
    private readonly List<MessageHeader> _items;

    /// <summary>Makes an empty list.</summary>
    public MessageHeaders() => _items = [];

    /// <summary>Makes a list with the given headers, in their order.</summary>
    public MessageHeaders(IEnumerable<MessageHeader> headers) => _items = [.. headers];

    /// <inheritdoc />
    public int Count => _items.Count;

    /// <inheritdoc />
    public MessageHeader this[int index] => _items[index];

    /// <summary>Adds a header behind the others, even where the name is there already.</summary>
    public MessageHeaders Add(MessageHeader header)
    {
        _items.Add(header);
        return this;
    }

    /// <summary>Adds a text header (UTF-8) behind the others, even where the name is there already.</summary>
    public MessageHeaders Add(string name, string value) => Add(MessageHeader.Text(name, value));

    /// <summary>Removes every header of that name (ordinal comparison).</summary>
    public MessageHeaders Remove(string name)
    {
        _items.RemoveAll(header => header.Name == name);
        return this;
    }

    /// <summary>Removes all headers.</summary>
    public void Clear() => _items.Clear();

    /// <summary>Finds the last header of that name (ordinal comparison), which is the one that counts in Kafka's convention.</summary>
    public bool TryGetLast(string name, out MessageHeader header)
    {
        for (var i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i].Name == name)
            {
                header = _items[i];
                return true;
            }
        }

        header = default;
        return false;
    }

    /// <summary>The text of the last header of that name, or null where there is none.</summary>
    public string? GetText(string name) => TryGetLast(name, out var header) ? header.AsText() : null;

    /// <inheritdoc />
    public IEnumerator<MessageHeader> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
