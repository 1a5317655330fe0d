using Outbox.Mapping;

namespace Outbox;

/// <summary>
/// Says how to write the messages of a topic for consumers that do not know this library. What is left open is written as usual.
/// A <see cref="RawMessage"/> keeps its body and gets no header but its id's.
/// </summary>
public sealed class OutgoingTopicMap
{
    private IMessageSerializer? _serializer;
    private CloudEventsOptions? _cloudEvents;
    private (string? Name, bool IsSet) _idHeader;
    private (string? Name, bool IsSet) _typeHeader;

    internal OutgoingTopicMap()
    {
    }

    /// <summary>
    /// Names the header with the message's id (default: <see cref="OutboxHeaders.MessageId"/>). Null leaves it out: then consumers
    /// recognise copies only if the application gives them an id otherwise.
    /// </summary>
    public OutgoingTopicMap MessageIdHeader(string? name)
    {
        RequireHeader(name);
        _idHeader = (name, true);
        return this;
    }

    /// <summary>Names the header with the name of the message's type (default: <see cref="OutboxHeaders.MessageType"/>). Null leaves it out.</summary>
    public OutgoingTopicMap MessageTypeHeader(string? name)
    {
        RequireHeader(name);
        _typeHeader = (name, true);
        return this;
    }

    /// <summary>Writes the bodies with this serializer instead of the registration's.</summary>
    public OutgoingTopicMap UseSerializer(IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _serializer = serializer;
        return this;
    }

    /// <summary>
    /// Writes CloudEvents 1.0 in binary content mode: the name becomes <c>ce_type</c>, the id <c>ce_id</c>. The usual header with the
    /// name is left out, the one with the id stays for consumers of this library.
    /// </summary>
    /// <param name="source">The <c>ce_source</c> attribute, a URI reference, for example <c>/shop</c> or <c>https://example.com/shop</c>.</param>
    /// <param name="configure">Sets what else the events carry.</param>
    /// <exception cref="OutboxException">The source is not a URI reference.</exception>
    public OutgoingTopicMap UseCloudEvents(string source, Action<CloudEventsOptions>? configure = null)
    {
        if (string.IsNullOrWhiteSpace(source) || !Uri.IsWellFormedUriString(source, UriKind.RelativeOrAbsolute))
        {
            throw new OutboxException(
                $"'{source}' is no source of CloudEvents: give a URI reference that names this service, for example \"/shop\" or \"https://example.com/shop\".");
        }

        _cloudEvents = new CloudEventsOptions(source);
        configure?.Invoke(_cloudEvents);
        return this;
    }

    internal OutgoingMap Build(IMessageSerializer registered, OutgoingTopicMap usual)
    {
        var serializer = _serializer ?? usual._serializer ?? registered;
        var cloudEvents = _cloudEvents ?? usual._cloudEvents;
        var idHeader = _idHeader.IsSet ? _idHeader : usual._idHeader;
        var typeHeader = _typeHeader.IsSet ? _typeHeader : usual._typeHeader;
        return new OutgoingMap(
            serializer,
            idHeader.IsSet ? idHeader.Name : OutboxHeaders.MessageId,
            typeHeader.IsSet ? typeHeader.Name : cloudEvents is null ? OutboxHeaders.MessageType : null,
            cloudEvents is null ? null : new CloudEventWriter(
                cloudEvents, cloudEvents.ContentType ?? (serializer is JsonMessageSerializer ? "application/json" : null)));
    }

    private static void RequireHeader(string? name)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl)))
        {
            throw new OutboxException("A header's name is blank or has a control character. Name it, or give null to leave the header out.");
        }
    }
}
