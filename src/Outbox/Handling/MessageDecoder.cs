using Outbox.Filters;
using Outbox.Inbox;
using Outbox.Mapping;
using Outbox.Transport;

namespace Outbox.Handling;

/// <summary>Identifies and reads received messages, by the maps of their topics and the consumer's own handlers. Safe for concurrent use.</summary>
internal sealed class MessageDecoder(HandlerMap handlers, IncomingMaps maps, ReceiveFilters filters, bool byId = true)
{
    /// <summary>
    /// The id of a message that is not understood, or whose handler has no natural key: by which copies are recognised, or, where the
    /// consumer keeps no ids, its place. Never throws.
    /// </summary>
    public Guid IdOf(ReceivedMessage message) =>
        byId ? MessageIdentity.Of(message, maps.For(message.Source.Topic).Format) : MessageIdentity.OfPlace(message);

    /// <summary>What <see cref="Decode"/> would give as the id, without reading the message where that isn't necessary. Never throws.</summary>
    public Guid FindId(ReceivedMessage message)
    {
        if (!handlers.HasNaturalKeys)
        {
            return IdOf(message);
        }

        try
        {
            return Decode(message).Id;
        }
        catch (MessageFormatException)
        {
            return IdOf(message);
        }
    }

    /// <summary>The name of the message's type.</summary>
    /// <exception cref="MessageFormatException">It cannot be read.</exception>
    public string NameOf(ReceivedMessage message) => maps.For(message.Source.Topic).Format.NameOf(filters.Apply(message));

    /// <exception cref="MessageFormatException">It cannot be read; trying again cannot help.</exception>
    public DecodedMessage Decode(ReceivedMessage message)
    {
        var map = maps.For(message.Source.Topic);
        var id = IdOf(message);
        message = filters.Apply(message);
        var name = map.Format.NameOf(message);
        if (!handlers.TryGet(name, out var binding))
        {
            throw new MessageFormatException("The consumer has no handler for the message's type.");
        }

        var body = map.Format.BodyOf(message)
            ?? throw new MessageFormatException($"The message has no body (a tombstone), so it is no {binding.MessageType.Name}.");
        var decoded = Deserialize(map.Serializer, body, binding.MessageType);
        return new DecodedMessage(binding, name, decoded, message.Headers, NaturalId(binding, name, decoded) ?? id);
    }

    private static Guid? NaturalId(HandlerBinding binding, string name, object body)
    {
        try
        {
            return binding.NaturalKeyOf?.Invoke(body) is { } key ? MessageIdentity.OfNaturalKey(name, key) : null;
        }
        catch (Exception exception)
        {
            throw new MessageFormatException($"The natural key of {binding.MessageType.Name} threw a {exception.GetType().Name}.", exception);
        }
    }

    private static object Deserialize(IMessageSerializer serializer, byte[] payload, Type type)
    {
        try
        {
            return serializer.Deserialize(payload, type);
        }
        catch (Exception exception) when (exception is not MessageFormatException)
        {
            throw new MessageFormatException($"The body is no {type.Name}: the serializer threw a {exception.GetType().Name}.", exception);
        }
    }
}
