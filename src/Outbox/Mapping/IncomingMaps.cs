namespace Outbox.Mapping;

/// <summary>How one consumer reads each of its topics. Immutable.</summary>
internal sealed class IncomingMaps
{
    private readonly IncomingMap _usual;
    private readonly Dictionary<string, IncomingMap> _byTopic = new(StringComparer.Ordinal);

    /// <param name="usual">For topics without a map of their own, and for what a map leaves open.</param>
    /// <param name="maps">The maps by topic.</param>
    public IncomingMaps(IncomingMap usual, IReadOnlyDictionary<string, IncomingTopicMap> maps)
    {
        _usual = usual;
        foreach (var (topic, map) in maps)
        {
            _byTopic.Add(topic, map.Build(usual));
        }
    }

    public IncomingMap For(string topic) => _byTopic.Count > 0 && _byTopic.TryGetValue(topic, out var map) ? map : _usual;
}
