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

    /// <summary>Whether the relay role was added.</summary>
    public bool HasRelay { get; set; }
}
