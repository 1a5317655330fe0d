namespace Outbox.Mapping;

/// <summary>How each topic's messages are written. Immutable.</summary>
internal sealed class OutgoingMaps
{
    private readonly OutgoingMap _usual;
    private readonly Dictionary<string, OutgoingMap> _byTopic;

    /// <param name="serializer">The registration's serializer.</param>
    /// <param name="usual">What was declared for all topics.</param>
    /// <param name="byTopic">What was declared for single topics.</param>
    public OutgoingMaps(IMessageSerializer serializer, OutgoingTopicMap usual, IReadOnlyDictionary<string, OutgoingTopicMap> byTopic)
    {
        _usual = usual.Build(serializer, usual);
        _byTopic = byTopic.ToDictionary(entry => entry.Key, entry => entry.Value.Build(serializer, usual), StringComparer.Ordinal);
    }

    public OutgoingMap For(string topic) => _byTopic.Count > 0 && _byTopic.TryGetValue(topic, out var map) ? map : _usual;
}
