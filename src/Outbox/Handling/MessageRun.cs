using Microsoft.EntityFrameworkCore;
using Outbox.Inbox;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Handling;

/// <summary>One understood message on its way through its attempts. Used by one caller at a time.</summary>
internal sealed class MessageRun
{
    private readonly string _consumer;
    private readonly HandlingEvents _events;

    public MessageRun(string consumer, ReceivedMessage message, Guid messageId, DecodedMessage decoded, HandlingEvents events)
    {
        _consumer = consumer;
        _events = events;
        Message = message;
        MessageId = messageId;
        Decoded = decoded;
        Work = new MarkedWork(new InboxMark(messageId, InboxOutcome.Handled), InvokeAsync);
    }

    public ReceivedMessage Message { get; }

    public Guid MessageId { get; }

    public DecodedMessage Decoded { get; }

    public MarkedWork Work { get; }

    /// <summary>How often the handler was called.</summary>
    public int Attempts { get; private set; }

    /// <summary>Calls the handler, in a scope whose context is in the transaction of the message's mark.</summary>
    public Task InvokeAsync(IServiceProvider services, DbContext context, CancellationToken cancellationToken) =>
        Decoded.Handler.InvokeAsync(services, Decoded.Body, BeginAttempt(), cancellationToken);

    /// <summary>Counts a call of the handler and tells it about the message.</summary>
    public MessageContext BeginAttempt()
    {
        Attempts++;
        if (Attempts > 1)
        {
            _events.OnRetried();
        }

        return Context();
    }

    private MessageContext Context() => new()
    {
        Consumer = _consumer,
        MessageId = MessageId,
        MessageName = Decoded.Name,
        Topic = Message.Source.Topic,
        Partition = Message.Source.Partition,
        Offset = Message.Offset,
        Timestamp = Message.Timestamp,
        Key = Message.Key,
        Headers = Decoded.Headers,
        Attempt = Attempts,
    };
}
