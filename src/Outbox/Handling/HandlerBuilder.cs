using System.Globalization;

namespace Outbox;

/// <summary>Declares how one handler wants its messages.</summary>
/// <typeparam name="TMessage">The message.</typeparam>
public sealed class HandlerBuilder<TMessage>
    where TMessage : class
{
    internal HandlerBuilder()
    {
    }

    internal bool IsShared { get; private set; }

    internal Func<object, string?>? NaturalKeyOf { get; private set; }

    /// <summary>
    /// Handles the messages of a chunk in one scope, with one context and one save: several times as fast, for a handler that only adds
    /// to its context. Where one reads through the context while earlier messages are not saved yet, or throws, the chunk is rolled back
    /// and handled again with a scope and a context for each message, and a warning says so. SQL that does not go through the context
    /// cannot be seen: such a handler must not share.
    /// </summary>
    public HandlerBuilder<TMessage> SharesChunk()
    {
        IsShared = true;
        return this;
    }

    /// <summary>
    /// Recognises copies by what the message is about in place of its id: two messages of this type with one key are one message to
    /// the consumer, whoever sent them, with whatever ids. For senders that make a new id at each try.
    /// </summary>
    /// <param name="key">
    /// Gives the key, as text of the invariant culture; null where this message has none, and its id counts. Must give the same for every
    /// copy. What throws is a message that cannot be read, and is dead-lettered.
    /// </param>
    public HandlerBuilder<TMessage> NaturalKey(Func<TMessage, object?> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        NaturalKeyOf = message => key((TMessage)message) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
        return this;
    }
}
