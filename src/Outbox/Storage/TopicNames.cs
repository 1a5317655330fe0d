namespace Outbox.Storage;

/// <summary>One string for each topic instead of one for each row. Used by one caller at a time.</summary>
internal sealed class TopicNames
{
    private const int Most = 10_000;

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public string Get(string topic)
    {
        if (_known.TryGetValue(topic, out var known))
        {
            return known;
        }

        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known.Add(topic, topic);
        return topic;
    }
}
