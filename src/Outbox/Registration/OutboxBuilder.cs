using System.Text;
using Microsoft.Extensions.DependencyInjection;
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
