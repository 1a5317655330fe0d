using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Mapping;
using Outbox.Messages;
using Outbox.Registration;

namespace Outbox;

/// <summary>
/// Declares what a service sends, relays and consumes for one <c>DbContext</c> type. <c>Use…</c> picks an implementation,
/// <c>Add…</c> adds a hosted role; a process may have any subset of the roles.
/// </summary>
public sealed class OutboxBuilder
{
    internal OutboxBuilder(IServiceCollection services, OutboxRegistration registration)
    {
        Services = services;
        Registration = registration;
    }

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The context whose database carries the tables. Also the key under which the seams are registered in <see cref="Services"/>.</summary>
    public Type ContextType => Registration.ContextType;

    /// <summary>The name under which the options of this registration are kept, those of implementations and roles too.</summary>
    public string OptionsName => Registration.OptionsName;

    internal OutboxRegistration Registration { get; }

    /// <summary>Declares a type of message that this service sends, with a text key (UTF-8).</summary>
    /// <typeparam name="TMessage">The class or record.</typeparam>
    /// <param name="name">The stable name that travels with the message; not the CLR name, so that a class can be renamed.</param>
    /// <param name="topic">The topic that it is published to.</param>
    /// <param name="key">
    /// Gives the ordering key: messages of one key are published and handled in the order of their commits. A null key fails the
    /// enqueue. Omit the selector for messages without order.
    /// </param>
    /// <exception cref="OutboxException">A name is not legal, or the type or name is declared already.</exception>
    public OutboxBuilder Message<TMessage>(string name, string topic, Func<TMessage, object?>? key = null)
        where TMessage : class
    {
        Registration.Types.Add(new MessageType(typeof(TMessage), name, topic, key is null ? null : message => KeyBytes(key((TMessage)message))));
        return this;
    }

    /// <summary>Replaces the serializer (default: <see cref="JsonMessageSerializer"/>) of this registration.</summary>
    public OutboxBuilder UseSerializer(IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        Registration.Serializer = serializer;
        return this;
    }

    /// <summary>Says how to write the messages of one topic, for consumers that do not know this library. Called again it adds to it.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="map">Names headers, a serializer, or CloudEvents.</param>
    /// <exception cref="OutboxException">The topic's name is not legal, or something declared cannot work.</exception>
    public OutboxBuilder MapTopic(string topic, Action<OutgoingTopicMap> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        MessageNames.RequireTopic(topic);
        if (!Registration.OutgoingTopicMaps.TryGetValue(topic, out var declared))
        {
            Registration.OutgoingTopicMaps[topic] = declared = new OutgoingTopicMap();
        }

        map(declared);
        return this;
    }

    /// <summary>Says how to write the messages of every topic; what <see cref="MapTopic"/> says of one of them wins.</summary>
    /// <param name="map">Names headers, a serializer, or CloudEvents.</param>
    /// <exception cref="OutboxException">Something declared cannot work.</exception>
    public OutboxBuilder MapTopics(Action<OutgoingTopicMap> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map(Registration.OutgoingMap);
        return this;
    }

    /// <summary>
    /// Speaks CloudEvents 1.0 (Kafka's binary content mode) both ways: every topic is written as <see cref="OutgoingTopicMap.UseCloudEvents"/>
    /// says, and consumers of this registration read theirs as <see cref="IncomingTopicMap.UseCloudEvents"/> says.
    /// </summary>
    /// <param name="source">The <c>ce_source</c> attribute of what this service sends: a URI reference, for example <c>/shop</c>.</param>
    /// <param name="configure">Sets what else the events carry.</param>
    /// <exception cref="OutboxException">The source is not a URI reference.</exception>
    public OutboxBuilder UseCloudEvents(string source, Action<CloudEventsOptions>? configure = null)
    {
        Registration.OutgoingMap.UseCloudEvents(source, configure);
        Registration.IncomingFormat = CloudEventsFormat.Instance;
        return this;
    }

    /// <summary>Adds a filter around enqueue, behind those added before; registered as a singleton unless it is registered already.</summary>
    /// <typeparam name="TFilter">The filter.</typeparam>
    public OutboxBuilder AddEnqueueFilter<TFilter>()
        where TFilter : class, IEnqueueFilter
    {
        Services.TryAddSingleton<TFilter>();
        Registration.EnqueueFilters.Add(typeof(TFilter));
        return this;
    }

    /// <summary>
    /// Adds a filter before the transport, behind those added before; registered as a singleton unless it is registered already. For
    /// what must happen in the relay: what can be done at the enqueue costs less there.
    /// </summary>
    /// <typeparam name="TFilter">The filter.</typeparam>
    public OutboxBuilder AddSendFilter<TFilter>()
        where TFilter : class, ISendFilter
    {
        Services.TryAddSingleton<TFilter>();
        Registration.SendFilters.Add(typeof(TFilter));
        return this;
    }

    /// <summary>Sets options that concern every role.</summary>
    public OutboxBuilder Configure(Action<OutboxOptions> configure)
    {
        Services.Configure(Registration.OptionsName, configure);
        return this;
    }

    private static byte[]? KeyBytes(object? key) => key switch
    {
        null => null,
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        IFormattable formattable => Encoding.UTF8.GetBytes(formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture)),
        _ => Encoding.UTF8.GetBytes(key.ToString() ?? ""),
    };
}
