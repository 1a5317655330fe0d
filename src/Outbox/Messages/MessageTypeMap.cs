using System.Diagnostics.CodeAnalysis;

namespace Outbox.Messages;

/// <summary>The types of messages that one registration sends. Filled while services are registered, then only read.</summary>
internal sealed class MessageTypeMap
{
    private readonly Dictionary<Type, MessageType> _byType = [];
    private readonly Dictionary<string, MessageType> _byName = new(StringComparer.Ordinal);

    public IReadOnlyCollection<MessageType> All => _byType.Values;

    /// <exception cref="OutboxException">The type or the name is taken, or the name or topic is not legal.</exception>
    public void Add(MessageType type)
    {
        MessageNames.RequireMessageName(type.Name);
        MessageNames.RequireTopic(type.Topic);
        if (_byType.TryGetValue(type.ClrType, out var sameType))
        {
            throw new OutboxException(
                $"The message type {type.ClrType.Name} is declared twice, as '{sameType.Name}' and as '{type.Name}'. Remove one Message<{type.ClrType.Name}>(…) call.");
        }

        if (!_byName.TryAdd(type.Name, type))
        {
            throw new OutboxException(
                $"The message name '{type.Name}' is declared for {_byName[type.Name].ClrType.Name} and for {type.ClrType.Name}. Give one of them another name.");
        }

        _byType.Add(type.ClrType, type);
    }

    public bool TryGet(Type clrType, [NotNullWhen(true)] out MessageType? type) => _byType.TryGetValue(clrType, out type);
}
