using Outbox.Mapping;
using Outbox.Messages;
using Outbox.Transport;

namespace Outbox;

/// <summary>
/// Says how to read the messages of a topic that this library does not write. What is left open is read as usual. Functions must be
/// pure: they are called concurrently, and more than once for a message. What they throw makes a dead letter of the message. Classes
/// never come from here, only names: the class is the one that the consumer's <c>Handle</c> declares for the name.
/// </summary>
public sealed class IncomingTopicMap
{
    private IIncomingFormat? _format;
    private Func<ReceivedMessage, string?>? _id;
    private Func<ReceivedMessage, string?>? _name;
    private Func<ReceivedMessage, byte[]?>? _body;
    private IMessageSerializer? _serializer;

    internal IncomingTopicMap()
    {
    }

    /// <summary>Every message of the topic has this name.</summary>
    /// <exception cref="OutboxException">The name is not legal.</exception>
    public IncomingTopicMap NameIs(string name)
    {
        MessageNames.RequireMessageName(name);
        return NameFrom(_ => name);
    }

    /// <summary>Reads the name from a header (UTF-8 text). A message without it becomes a dead letter.</summary>
    public IncomingTopicMap NameFromHeader(string header)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(header);
        return NameFrom(message => message.Headers.GetText(header) ?? throw new MessageFormatException($"The message has no '{header}' header."));
    }

    /// <summary>Finds the name. A message for which it gives null or nothing becomes a dead letter.</summary>
    public IncomingTopicMap NameFrom(Func<ReceivedMessage, string?> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _name = name;
        return this;
    }

    /// <summary>Reads the id by which copies are recognised from a header (UTF-8 text).</summary>
    public IncomingTopicMap IdFromHeader(string header)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(header);
        return IdFrom(message => message.Headers.GetText(header));
    }

    /// <summary>
    /// Finds the id by which copies are recognised. It counts within its topic: the same one on another topic is another message. Where it
    /// gives null or nothing, the usual rules hold: in the end, topic, partition and offset.
    /// </summary>
    public IncomingTopicMap IdFrom(Func<ReceivedMessage, string?> id)
    {
        ArgumentNullException.ThrowIfNull(id);
        _id = id;
        return this;
    }

    /// <summary>Finds the bytes to deserialise; null means that the message has no body. Dead letters keep what was received.</summary>
    public IncomingTopicMap BodyFrom(Func<ReceivedMessage, byte[]?> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
        return this;
    }

    /// <summary>Reads the topic's bodies with this serializer instead of the registration's.</summary>
    public IncomingTopicMap UseSerializer(IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _serializer = serializer;
        return this;
    }

    /// <summary>
    /// The topic holds CloudEvents 1.0 in binary content mode: <c>ce_type</c> is the name, <c>ce_source</c> and <c>ce_id</c> together
    /// the id. Messages without <c>ce_specversion</c> are read as usual; structured mode becomes a dead letter that says so.
    /// </summary>
    public IncomingTopicMap UseCloudEvents()
    {
        _format = CloudEventsFormat.Instance;
        return this;
    }

    /// <summary>
    /// The topic is written by Debezium's outbox event router: header <c>id</c> is the id, and a header has the event's type as name. What is in
    /// the table when a connector starts comes in no order, unless its <c>snapshot.select.statement.overrides</c> reads it <c>ORDER BY id</c>.
    /// </summary>
    /// <param name="configure">Names what the connector is configured with where that differs from the defaults.</param>
    public IncomingTopicMap UseDebeziumOutbox(Action<DebeziumOutboxOptions>? configure = null)
    {
        var options = new DebeziumOutboxOptions();
        configure?.Invoke(options);
        _format = new DebeziumFormat(options);
        return this;
    }

    internal IncomingMap Build(IncomingMap usual)
    {
        var format = _format ?? usual.Format;
        return new IncomingMap(
            _id is null && _name is null && _body is null ? format : new MappedIncomingFormat(format, _id, _name, _body),
            _serializer ?? usual.Serializer);
    }
}
