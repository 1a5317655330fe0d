using Outbox.Transport;

namespace Outbox.Handling;

/// <summary>Reads a received message by the consumer's own map. Safe for concurrent use.</summary>
internal sealed class MessageDecoder(HandlerMap handlers, IMessageSerializer serializer)
{
    /// <exception cref="MessageFormatException">It cannot be read; trying again cannot help.</exception>
    public DecodedMessage Decode(ReceivedMessage message)
    {
        var name = message.Headers.GetText(OutboxHeaders.MessageType);
        if (string.IsNullOrEmpty(name))
        {
            throw new MessageFormatException($"The message has no '{OutboxHeaders.MessageType}' header.");
        }

        if (!handlers.TryGet(name, out var binding))
        {
            throw new MessageFormatException("The consumer has no handler for the message's type.");
        }

        if (message.Payload is null)
        {
            throw new MessageFormatException($"The message has no body (a tombstone), so it is no {binding.MessageType.Name}.");
        }

        return new DecodedMessage(binding, name, Deserialize(message.Payload, binding.MessageType));
    }

    private object Deserialize(byte[] payload, Type type)
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
