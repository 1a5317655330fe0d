using Microsoft.EntityFrameworkCore;
using Outbox.Inbox;
using Outbox.Storage;
using Outbox.Transport;
using Polly.CircuitBreaker;

namespace Outbox.Handling;

/// <summary>One understood message on its way through its attempts. Used by one caller at a time.</summary>
internal sealed class MessageRun
{
    private readonly string _consumer;
    private readonly HandlingEvents _events;

    /// <param name="consumer">The consumer's name.</param>
    /// <param name="message">The message as it came.</param>
    /// <param name="messageId">The id by which its copies are recognised.</param>
    /// <param name="decoded">What it says.</param>
    /// <param name="events">Counts.</param>
    /// <param name="claim">Takes the place of writing the mark, for a message that has one; it waits behind no other then.</param>
    /// <param name="earlierAttempts">How often the handler was called for it before.</param>
    public MessageRun(
        string consumer,
        ReceivedMessage message,
        Guid messageId,
        DecodedMessage decoded,
        HandlingEvents events,
        Func<DbContext, CancellationToken, ValueTask<bool>>? claim = null,
        int earlierAttempts = 0)
    {
        _consumer = consumer;
        _events = events;
        Message = message;
        MessageId = messageId;
        Decoded = decoded;
        Attempts = earlierAttempts;
        Work = new MarkedWork(new InboxMark(messageId, InboxOutcome.Handled, RedriveHeaders.NumberOf(message.Headers)), message, InvokeAsync)
        {
            Behind = claim is null ? new IdentifiedMessage(message, messageId) : null,
            Claim = claim,
        };
    }

    public ReceivedMessage Message { get; }

    public Guid MessageId { get; }

    public DecodedMessage Decoded { get; }

    public MarkedWork Work { get; }

    /// <summary>The replay that it runs for; null for the ordinary.</summary>
    public ReplayInfo? Replay { get; init; }

    /// <summary>How often the handler was called.</summary>
    public int Attempts { get; private set; }

    /// <summary>
    /// Whether a failure is the message's. Where the last attempt failed before its handler was called, or was not allowed to begin,
    /// the message is innocent.
    /// </summary>
    public bool IsToBlame(Exception exception) => Work.IsEntered && exception is not BrokenCircuitException;

    /// <summary>Calls the handler, in a scope whose context is in the transaction of the message's mark.</summary>
    public Task InvokeAsync(IServiceProvider services, DbContext context, CancellationToken cancellationToken)
    {
        var attempt = BeginAttempt();
        return _events.Meter is { IsOn: true } meter
            ? MeasureAsync(meter, services, attempt, cancellationToken)
            : Decoded.Handler.InvokeAsync(services, Decoded.Body, attempt, cancellationToken);
    }

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

    /// <summary>Apart, so that a call that nobody measures allocates nothing for it.</summary>
    private Task MeasureAsync(HandlerMeter meter, IServiceProvider services, MessageContext attempt, CancellationToken cancellationToken) =>
        meter.MeasureAsync(Message, MessageId, () => Decoded.Handler.InvokeAsync(services, Decoded.Body, attempt, cancellationToken));

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
        Replay = Replay,
    };
}
