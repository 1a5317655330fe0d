using System.Text;
using Microsoft.Extensions.Options;
using Outbox.Messages;
using Outbox.Registration;

namespace Outbox.Capture;

/// <summary>Turns messages into rows and refuses at once what could never be sent. Safe for concurrent use.</summary>
internal sealed class MessageComposer(OutboxRegistration registration, IOptionsMonitor<OutboxOptions> options, TimeProvider time)
{
    public Guid NewId() => Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>Fails where a factory can only make messages of a type that is not registered.</summary>
    public void RequireRegistered(Type declared)
    {
        var decidesLater = declared == typeof(object) || declared == typeof(RawMessage) || declared.IsInterface || declared.IsAbstract;
        if (!decidesLater && !registration.Types.TryGet(declared, out _))
        {
            throw Unregistered(declared);
        }
    }

    /// <param name="message">A message of a registered type, or a <see cref="RawMessage"/>.</param>
    /// <param name="declared">The type that counts where the message's own is not registered.</param>
    /// <param name="id">The id, or null to make one.</param>
    /// <param name="request">What accompanies the message.</param>
    /// <exception cref="OutboxException">The message cannot be sent.</exception>
    public OutboxInsertRow Compose(object message, Type declared, Guid? id, EnqueueRequest request)
    {
        if (message is RawMessage raw)
        {
            return Compose(raw, id, request, options.Get(registration.OptionsName).MaxMessageBytes);
        }

        if (!registration.Types.TryGet(message.GetType(), out var type) && !registration.Types.TryGet(declared, out type))
        {
            throw Unregistered(message.GetType());
        }

        var key = Key(type, message);
        var payload = Serialize(type, message);
        var headers = Headers(request, type.Name);
        RequireSize(type.Name, key, payload, headers, options.Get(registration.OptionsName).MaxMessageBytes);
        var messageId = id ?? NewId();
        return new OutboxInsertRow(
            OrderingKey.Hash(key, messageId), messageId, type.Topic, key, payload, HeaderCodec.Encode(headers), request.DueAt);
    }

    /// <summary>As the other, for bytes, with the limit given: a dead letter may be larger than what the application may enqueue.</summary>
    public OutboxInsertRow Compose(RawMessage raw, Guid? id, EnqueueRequest request, int maxBytes)
    {
        MessageNames.RequireTopic(raw.Topic);
        if (id is not null && raw.MessageId is not null && raw.MessageId != id)
        {
            throw new OutboxException(
                "A factory made a RawMessage with a MessageId of its own, but its caller was already given another. Leave MessageId null there, or enqueue the message itself.");
        }

        var headers = Headers(request with { Headers = raw.Headers }, null);
        RequireSize($"raw, for topic '{raw.Topic}'", raw.Key, raw.Payload, headers, maxBytes);
        var messageId = raw.MessageId ?? id ?? NewId();
        return new OutboxInsertRow(
            OrderingKey.Hash(raw.Key, messageId), messageId, raw.Topic, raw.Key, raw.Payload, HeaderCodec.Encode(headers), request.DueAt);
    }

    private static byte[]? Key(MessageType type, object message)
    {
        if (type.KeySelector is null)
        {
            return null;
        }

        byte[]? key;
        try
        {
            key = type.KeySelector(message);
        }
        catch (Exception exception)
        {
            throw new OutboxException($"The key selector of message type '{type.Name}' failed: {exception.GetType().Name}, see the inner exception.", exception);
        }

        return key ?? throw new OutboxException(
            $"The key of a message of type '{type.Name}' is null. Set what its key selector reads, or declare the type without a key if its messages have no order.");
    }

    private byte[] Serialize(MessageType type, object message)
    {
        byte[]? payload;
        try
        {
            payload = registration.Serializer.Serialize(message, type.ClrType);
        }
        catch (Exception exception)
        {
            throw new OutboxException(
                $"{registration.Serializer.GetType().Name} cannot serialise message type '{type.Name}': {exception.GetType().Name}, see the inner exception.", exception);
        }

        return payload ?? throw new OutboxException(
            $"{registration.Serializer.GetType().Name} gave null for message type '{type.Name}'. Give bytes; to send a tombstone, enqueue a RawMessage without payload.");
    }

    private static MessageHeaders Headers(EnqueueRequest request, string? typeName)
    {
        MessageHeaders headers = request.Headers is null ? [] : new MessageHeaders(request.Headers);
        if (typeName is not null)
        {
            headers.Add(OutboxHeaders.MessageType, typeName);
        }

        // A trace context that the application put there itself (a forwarded message) is the one it wants.
        if (request.TraceParent is not null && !headers.TryGetLast(OutboxHeaders.TraceParent, out _))
        {
            headers.Add(OutboxHeaders.TraceParent, request.TraceParent);
            if (!string.IsNullOrEmpty(request.TraceState))
            {
                headers.Add(OutboxHeaders.TraceState, request.TraceState);
            }
        }

        return headers;
    }

    private static void RequireSize(string what, byte[]? key, byte[]? payload, MessageHeaders headers, int maxBytes)
    {
        var size = (key?.LongLength ?? 0) + (payload?.LongLength ?? 0);
        foreach (var header in headers)
        {
            size += Encoding.UTF8.GetByteCount(header.Name) + (header.Value?.LongLength ?? 0);
        }

        if (size > maxBytes)
        {
            throw new OutboxException(
                $"A message ({what}) has {size} bytes with its key and headers, more than {nameof(OutboxOptions.MaxMessageBytes)} = {maxBytes}. Make it smaller, for example by sending a reference, or raise the limit together with the broker's message.max.bytes.");
        }
    }

    private OutboxException Unregistered(Type type) => new(
        $"{type.Name} is not a registered message type. Add .Message<{type.Name}>(\"name\", topic: \"…\", key: …) to AddOutbox<{registration.ContextType.Name}>(…).");
}
