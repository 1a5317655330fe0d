namespace Outbox;

/// <summary>What the CloudEvents that this service sends carry besides the required attributes and <c>ce_time</c>, the time of the enqueue.</summary>
public sealed class CloudEventsOptions
{
    internal CloudEventsOptions(string source) => Source = source;

    /// <summary>The <c>ce_source</c> attribute: the context in which the events happen, a URI reference.</summary>
    public string Source { get; }

    /// <summary>The media type of the data, for the <c>content-type</c> header.</summary>
    /// <value>Default: null, which is <c>application/json</c> with <see cref="JsonMessageSerializer"/> and no header with another serializer.</value>
    public string? ContentType { get; set; }

    /// <summary>
    /// Whether the ordering key is also written as the <c>ce_partitionkey</c> attribute, for intermediaries that take the key of the record
    /// from there. It must be UTF-8 text then.
    /// </summary>
    /// <value>Default: false. The key is the record's key in any case.</value>
    public bool WritePartitionKey { get; set; }

    internal Dictionary<Type, Func<object, string?>> Subjects { get; } = [];

    /// <summary>Gives the <c>ce_subject</c> attribute of a type of message. Null or nothing means that a message has none.</summary>
    /// <typeparam name="TMessage">The class or record, as declared by <see cref="OutboxBuilder.Message{TMessage}"/>.</typeparam>
    public CloudEventsOptions Subject<TMessage>(Func<TMessage, string?> subject)
        where TMessage : class
    {
        ArgumentNullException.ThrowIfNull(subject);
        Subjects[typeof(TMessage)] = message => subject((TMessage)message);
        return this;
    }
}
