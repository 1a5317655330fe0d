namespace Outbox;

/// <summary>
/// Handles one type of message, many at a time, with one query or command for all of them. Made in a scope of its own for every call;
/// takes the registered <c>DbContext</c> from it, whose transaction carries the inbox marks of all its messages: what it saves, and what
/// it enqueues, is committed once with the marks or not at all. It need not call <c>SaveChanges</c> (the library does so after it) and
/// must not commit or dispose the context. Where the consumer has filters around its handlers, every list has one message.
/// </summary>
/// <typeparam name="TMessage">The message.</typeparam>
public interface IBatchHandler<TMessage>
    where TMessage : class
{
    /// <summary>
    /// Handles messages. After any exception they are given again in lists of one, so that only those that fail by themselves are tried
    /// again as the consumer's retries say, then dead-lettered.
    /// </summary>
    /// <param name="messages">At least one; those of one key in their order.</param>
    /// <param name="cancellationToken">Cancelled when the handler's time is over or the consumer stops.</param>
    Task HandleAsync(IReadOnlyList<BatchMessage<TMessage>> messages, CancellationToken cancellationToken);
}
