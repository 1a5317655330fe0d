using Outbox.Mapping;
using Outbox.Messages;

namespace Outbox.Registration;

/// <summary>
/// What was declared for one context type. One instance for a type in a service collection; also registered as a keyed singleton
/// under the type.
/// </summary>
internal sealed class OutboxRegistration(Type contextType)
{
    public Type ContextType { get; } = contextType;

    /// <summary>The name under which this registration's options are kept.</summary>
    public string OptionsName { get; } = contextType.FullName ?? contextType.Name;

    public MessageTypeMap Types { get; } = new();

    /// <summary>The consumers added so far.</summary>
    public HashSet<string> ConsumerNames { get; } = new(StringComparer.Ordinal);

    public IMessageSerializer Serializer { get; set; } = new JsonMessageSerializer();

    /// <summary>How messages are written to every topic.</summary>
    public OutgoingTopicMap OutgoingMap { get; } = new();

    /// <summary>How messages are written to single topics.</summary>
    public Dictionary<string, OutgoingTopicMap> OutgoingTopicMaps { get; } = new(StringComparer.Ordinal);

    /// <summary>How consumers read topics for which they have no map.</summary>
    public IIncomingFormat IncomingFormat { get; set; } = OwnIncomingFormat.Instance;

    /// <summary>The types of the filters around enqueue, in their order.</summary>
    public List<Type> EnqueueFilters { get; } = [];

    /// <summary>The types of the filters before the transport, in their order.</summary>
    public List<Type> SendFilters { get; } = [];

    /// <summary>Puts the outgoing maps together; everything must be declared by then.</summary>
    public OutgoingMaps CreateOutgoingMaps() => new(Serializer, OutgoingMap, OutgoingTopicMaps);

    /// <summary>Whether the relay role was added.</summary>
    public bool HasRelay { get; set; }
}
