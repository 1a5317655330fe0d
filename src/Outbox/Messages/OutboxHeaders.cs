namespace Outbox;

/// <summary>Names of the headers that this library writes and reads. Values are UTF-8 text.</summary>
public static class OutboxHeaders
{
    /// <summary>The message's id, a UUID in its 36 character form. Copies of a message carry the same one. Our own name.</summary>
    public const string MessageId = "message-id";

    /// <summary>The stable name of the message's type, as registered. Our own name.</summary>
    public const string MessageType = "message-type";

    /// <summary>How often a dead letter was brought back, in decimal digits; absent on a message that came by itself. Our own name.</summary>
    public const string Redrive = "redrive";

    /// <summary>The consumer group that a message was brought back for. Consumers of other groups skip it. Our own name.</summary>
    public const string RedriveGroup = "redrive-group";

    /// <summary>W3C Trace Context, https://www.w3.org/TR/trace-context/.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>W3C Trace Context, https://www.w3.org/TR/trace-context/.</summary>
    public const string TraceState = "tracestate";

    /// <summary>
    /// The id of the replay during which a handler enqueued the message (<see cref="IInboxReplay"/>), a UUID in its 36 character form; absent otherwise. Receivers
    /// can tell by it that the message repeats something that happened long ago. Our own name.
    /// </summary>
    public const string Replay = "replay-id";
}
