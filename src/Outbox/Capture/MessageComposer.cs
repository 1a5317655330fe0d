using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Outbox.Diagnostics;
using Outbox.Filters;
using Outbox.Mapping;
using Outbox.Messages;
using Outbox.Registration;

namespace Outbox.Capture;

/// <summary>Turns messages into rows and refuses at once what could never be sent. Safe for concurrent use.</summary>
internal sealed class MessageComposer(
    OutboxRegistration registration, IOptionsMonitor<OutboxOptions> options, Func<EnqueueFilters> createFilters, TimeProvider time)
{
    private readonly OutgoingMaps _maps = registration.CreateOutgoingMaps();
    private EnqueueFilters? _filters;

    /// <summary>Made at the first message: a filter may want a context factory, whose options need this object.</summary>
    private EnqueueFilters Filters => _filters ??= createFilters();

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

    /// <param name="db">The context that will save the message.</param>
    /// <param name="message">A message of a registered type, or a <see cref="RawMessage"/>.</param>
    /// <param name="declared">The type that counts where the message's own is not registered.</param>
    /// <param name="id">The id, or null to make one.</param>
    /// <param name="request">What accompanies the message.</param>
    /// <exception cref="OutboxException">The message cannot be sent.</exception>
    public OutboxInsertRow Compose(DbContext db, object message, Type declared, Guid? id, EnqueueRequest request)
    {
        if (message is RawMessage raw)
        {
            using var creating = OutboxTracing.StartCreate(raw.Topic, request.TraceParent, request.TraceState);
            return Filtered(db, raw, null, ComposeRaw(raw, id, request.Within(creating)), request.DueAt);
        }

        if (!registration.Types.TryGet(message.GetType(), out var type) && !registration.Types.TryGet(declared, out type))
        {
            throw Unregistered(message.GetType());
        }

        using var span = OutboxTracing.StartCreate(type.Topic, request.TraceParent, request.TraceState);
        request = request.Within(span);
        var map = _maps.For(type.Topic);
        var key = Key(type, message);
        var payload = Serialize(map.Serializer, type, message);
        var messageId = id ?? NewId();
        var headers = Headers(request);
        map.AddHeaders(new DescribedMessage(message, type.ClrType, type.Name, messageId, key, time.GetUtcNow()), headers);
        AddTrace(request, headers);
        return Filtered(db, message, type.Name, new Draft(messageId, type.Topic, key, payload, headers), request.DueAt);
    }

    /// <summary>
    /// As the other, for bytes of the library's own such as a dead letter: without filters, and it may be larger than what the
    /// application may enqueue.
    /// </summary>
    public OutboxInsertRow ComposeOwn(RawMessage raw, EnqueueRequest request) => ComposeRaw(raw, null, request).ToRow(request.DueAt);

    private OutboxInsertRow Filtered(DbContext db, object message, string? name, Draft draft, DateTime? dueAt)
    {
        if (!Filters.IsEmpty)
        {
            draft = draft with
            {
                Payload = Filters.Apply(new EnqueueFilterContext
                {
                    Db = db,
                    Message = message,
                    MessageId = draft.Id,
                    MessageName = name,
                    Topic = draft.Topic,
                    Key = draft.Key,
                    DueAt = dueAt,
                    Headers = draft.Headers,
                    Payload = draft.Payload,
                }),
            };
        }

        RequireSize(name ?? $"raw, for topic '{draft.Topic}'", draft, options.Get(registration.OptionsName).MaxMessageBytes);
        return draft.ToRow(dueAt);
    }

    private Draft ComposeRaw(RawMessage raw, Guid? id, EnqueueRequest request)
    {
        MessageNames.RequireTopic(raw.Topic);
        if (id is not null && raw.MessageId is not null && raw.MessageId != id)
        {
            throw new OutboxException(
                "A factory made a RawMessage with a MessageId of its own, but its caller was already given another. Leave MessageId null there, or enqueue the message itself.");
        }

        var headers = Headers(request with { Headers = raw.Headers });
        AddTrace(request, headers);
        return new Draft(raw.MessageId ?? id ?? NewId(), raw.Topic, raw.Key, raw.Payload, headers);
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

    private static byte[] Serialize(IMessageSerializer serializer, MessageType type, object message)
    {
        byte[]? payload;
        try
        {
            payload = serializer.Serialize(message, type.ClrType);
        }
        catch (Exception exception)
        {
            throw new OutboxException(
                $"{serializer.GetType().Name} cannot serialise message type '{type.Name}': {exception.GetType().Name}, see the inner exception.", exception);
        }

        return payload ?? throw new OutboxException(
            $"{serializer.GetType().Name} gave null for message type '{type.Name}'. Give bytes; to send a tombstone, enqueue a RawMessage without payload.");
    }

    private static MessageHeaders Headers(EnqueueRequest request)
    {
        var headers = request.Headers is null ? [] : new MessageHeaders(request.Headers);
        if (ReplayFlow.Current is { } replay && !headers.TryGetLast(OutboxHeaders.Replay, out _))
        {
            headers.Add(OutboxHeaders.Replay, replay.ToString());
        }

        return headers;
    }

    private static void AddTrace(EnqueueRequest request, MessageHeaders headers)
    {
        // A trace context that the application put there itself (a forwarded message) is the one it wants.
        if (request.TraceParent is not null && !headers.TryGetLast(OutboxHeaders.TraceParent, out _))
        {
            headers.Add(OutboxHeaders.TraceParent, request.TraceParent);
            if (!string.IsNullOrEmpty(request.TraceState))
            {
                headers.Add(OutboxHeaders.TraceState, request.TraceState);
            }
        }
    }

    private static void RequireSize(string what, in Draft draft, int maxBytes)
    {
        var size = (draft.Key?.LongLength ?? 0) + (draft.Payload?.LongLength ?? 0);
        foreach (var header in draft.Headers)
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

    private readonly record struct Draft(Guid Id, string Topic, byte[]? Key, byte[]? Payload, MessageHeaders Headers)
    {
        public OutboxInsertRow ToRow(DateTime? dueAt) =>
            new(OrderingKey.Hash(Key, Id), Id, Topic, Key, Payload, HeaderCodec.Encode(Headers), dueAt);
    }
}
