using Outbox.Filters;
using Outbox.Inbox;
using Outbox.Mapping;
using Outbox.Transport;

namespace Outbox.Handling;

/// <summary>Identifies and reads received messages, by the maps of their topics and the consumer's own handlers. Safe for concurrent use.</summary>
internal sealed class MessageDecoder(HandlerMap handlers, IncomingMaps maps, ReceiveFilters filters)
{
    /// <summary>The id by which copies are recognised. Never throws.</summary>
    public Guid IdOf(ReceivedMessage message) => MessageIdentity.Of(message, maps.For(message.Source.Topic).Format);

    /// <exception cref="MessageFormatException">It cannot be read; trying again cannot help.</exception>
    public DecodedMessage Decode(ReceivedMessage message)
    {
        var map = maps.For(message.Source.Topic);
        message = filters.Apply(message);
        var name = map.Format.NameOf(message);
        if (!handlers.TryGet(name, out var binding))
        {
            throw new MessageFormatException("The consumer has no handler for the message's type.");
        }

        var body = map.Format.BodyOf(message)
            ?? throw new MessageFormatException($"The message has no body (a tombstone), so it is no {binding.MessageType.Name}.");
        return new DecodedMessage(binding, name, Deserialize(map.Serializer, body, binding.MessageType), message.Headers);
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
