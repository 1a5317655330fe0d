namespace Outbox;

/// <summary>
/// Handles one type of message. Made in a scope of its own for every attempt; takes the registered <c>DbContext</c> from it, whose
/// transaction carries the inbox mark: what it saves, and what it enqueues, is committed once with the mark or not at all. It need not
/// call <c>SaveChanges</c> (the library does so after it) and must not commit or dispose the context.
/// </summary>
/// <typeparam name="TMessage">The message.</typeparam>
public interface IMessageHandler<in TMessage>
    where TMessage : class
{
    /// <summary>
    /// Handles a message. Any exception is tried again as the consumer's retries say, then dead-lettered;
    /// a <see cref="MessageFormatException"/> is dead-lettered at once.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="context">Where it came from.</param>
    /// <param name="cancellationToken">Cancelled when the handler's time is over or the consumer stops.</param>
    Task HandleAsync(TMessage message, MessageContext context, CancellationToken cancellationToken);
}
