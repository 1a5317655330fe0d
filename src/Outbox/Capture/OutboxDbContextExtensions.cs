using Outbox;
using Outbox.Capture;

namespace Microsoft.EntityFrameworkCore;

/// <summary>
/// Enqueues messages in a context: they are saved with its other changes, both or neither, and sent once that is committed. Every call
/// throws <see cref="OutboxException"/> at once where the context's registration or model lacks the outbox, the type is not
/// registered, its key is null, a topic is not legal, the message is larger than <see cref="OutboxOptions.MaxMessageBytes"/>, or too
/// many messages wait (<see cref="BacklogPolicy.Refuse"/>).
/// Messages that are not saved yet follow the change tracker, as rows that were added do: a save that fails keeps them for the next
/// one, <c>ChangeTracker.Clear()</c> drops them. Messages of one save are sent in the order of the calls, for each key.
/// </summary>
public static class OutboxDbContextExtensions
{
    /// <summary>Enqueues a message of a registered type (or, where the static type hides one, a <see cref="RawMessage"/>).</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="message">Serialised at once: later changes of the object are not sent. Enqueued twice it is two messages.</param>
    /// <param name="headers">Headers to send besides those of the library. Default: none.</param>
    /// <returns>The message's id, by which consumers drop copies.</returns>
    /// <exception cref="OutboxException">The message cannot be sent; nothing is enqueued.</exception>
    public static Guid Enqueue<TMessage>(this DbContext db, TMessage message, MessageHeaders? headers = null)
        where TMessage : class =>
        OutboxEnqueue.Message(db, message, typeof(TMessage), headers, null);

    /// <summary>Enqueues bytes that the application has made itself.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="message">Topic, key, body and headers. The arrays are not copied: do not change them until the save.</param>
    /// <returns>The message's id, by which consumers drop copies.</returns>
    /// <exception cref="OutboxException">The topic is not legal or the message is too large; nothing is enqueued.</exception>
    public static Guid Enqueue(this DbContext db, RawMessage message) =>
        OutboxEnqueue.Message(db, message, typeof(RawMessage), null, null);

    /// <summary>
    /// Enqueues a message that needs a key which the database generates. The factory runs inside <c>SaveChanges</c>, after the other
    /// commands and in their transaction, at the cost of one more round trip; the entities' generated values can be read there.
    /// </summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="factory">
    /// Makes the message; not null. It runs again when the save is tried again, so it must do nothing else; it must not use the
    /// context. What it throws fails the save.
    /// </param>
    /// <param name="headers">Headers to send besides those of the library. Default: none.</param>
    /// <returns>The message's id, by which consumers drop copies.</returns>
    /// <exception cref="OutboxException">The type is not registered; nothing is enqueued.</exception>
    public static Guid Enqueue<TMessage>(this DbContext db, Func<TMessage> factory, MessageHeaders? headers = null)
        where TMessage : class =>
        OutboxEnqueue.Factory(db, factory, typeof(TMessage), headers, null);

    /// <summary>Enqueues a message that is sent at a time; otherwise as <see cref="Enqueue{TMessage}(DbContext, TMessage, MessageHeaders?)"/>.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="message">The message.</param>
    /// <param name="dueAt">When to send it, by the database's clock. A time that is past means at once.</param>
    /// <param name="headers">Headers to send besides those of the library. Default: none.</param>
    /// <returns>The id that cancels the message, and under which it is sent.</returns>
    /// <exception cref="OutboxException">The message cannot be sent; nothing is enqueued.</exception>
    public static Guid EnqueueAt<TMessage>(this DbContext db, TMessage message, DateTimeOffset dueAt, MessageHeaders? headers = null)
        where TMessage : class =>
        OutboxEnqueue.Message(db, message, typeof(TMessage), headers, dueAt.UtcDateTime);

    /// <summary>Enqueues bytes that are sent at a time; otherwise as <see cref="Enqueue(DbContext, RawMessage)"/>.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="message">Topic, key, body and headers.</param>
    /// <param name="dueAt">When to send it, by the database's clock. A time that is past means at once.</param>
    /// <returns>The id that cancels the message, and under which it is sent.</returns>
    /// <exception cref="OutboxException">The topic is not legal or the message is too large; nothing is enqueued.</exception>
    public static Guid EnqueueAt(this DbContext db, RawMessage message, DateTimeOffset dueAt) =>
        OutboxEnqueue.Message(db, message, typeof(RawMessage), null, dueAt.UtcDateTime);

    /// <summary>Enqueues a message that a factory makes and that is sent at a time; see <see cref="Enqueue{TMessage}(DbContext, Func{TMessage}, MessageHeaders?)"/>.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="factory">Makes the message, inside <c>SaveChanges</c>.</param>
    /// <param name="dueAt">When to send it, by the database's clock. A time that is past means at once.</param>
    /// <param name="headers">Headers to send besides those of the library. Default: none.</param>
    /// <returns>The id that cancels the message, and under which it is sent.</returns>
    /// <exception cref="OutboxException">The type is not registered; nothing is enqueued.</exception>
    public static Guid EnqueueAt<TMessage>(this DbContext db, Func<TMessage> factory, DateTimeOffset dueAt, MessageHeaders? headers = null)
        where TMessage : class =>
        OutboxEnqueue.Factory(db, factory, typeof(TMessage), headers, dueAt.UtcDateTime);

    /// <summary>Enqueues a message that is sent after a while; otherwise as <see cref="Enqueue{TMessage}(DbContext, TMessage, MessageHeaders?)"/>.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="message">The message.</param>
    /// <param name="delay">Counted from this call, by this process's clock; not negative.</param>
    /// <param name="headers">Headers to send besides those of the library. Default: none.</param>
    /// <returns>The id that cancels the message, and under which it is sent.</returns>
    /// <exception cref="OutboxException">The message cannot be sent; nothing is enqueued.</exception>
    public static Guid EnqueueAfter<TMessage>(this DbContext db, TMessage message, TimeSpan delay, MessageHeaders? headers = null)
        where TMessage : class =>
        OutboxEnqueue.Message(db, message, typeof(TMessage), headers, OutboxEnqueue.DueAfter(db, delay));

    /// <summary>Enqueues bytes that are sent after a while; otherwise as <see cref="Enqueue(DbContext, RawMessage)"/>.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="message">Topic, key, body and headers.</param>
    /// <param name="delay">Counted from this call, by this process's clock; not negative.</param>
    /// <returns>The id that cancels the message, and under which it is sent.</returns>
    /// <exception cref="OutboxException">The topic is not legal or the message is too large; nothing is enqueued.</exception>
    public static Guid EnqueueAfter(this DbContext db, RawMessage message, TimeSpan delay) =>
        OutboxEnqueue.Message(db, message, typeof(RawMessage), null, OutboxEnqueue.DueAfter(db, delay));

    /// <summary>Enqueues a message that a factory makes and that is sent after a while; see <see cref="Enqueue{TMessage}(DbContext, Func{TMessage}, MessageHeaders?)"/>.</summary>
    /// <param name="db">The context; used by one caller at a time.</param>
    /// <param name="factory">Makes the message, inside <c>SaveChanges</c>.</param>
    /// <param name="delay">Counted from this call, by this process's clock; not negative.</param>
    /// <param name="headers">Headers to send besides those of the library. Default: none.</param>
    /// <returns>The id that cancels the message, and under which it is sent.</returns>
    /// <exception cref="OutboxException">The type is not registered; nothing is enqueued.</exception>
    public static Guid EnqueueAfter<TMessage>(this DbContext db, Func<TMessage> factory, TimeSpan delay, MessageHeaders? headers = null)
        where TMessage : class =>
        OutboxEnqueue.Factory(db, factory, typeof(TMessage), headers, OutboxEnqueue.DueAfter(db, delay));
}
