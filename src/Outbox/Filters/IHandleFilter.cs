namespace Outbox;

/// <summary>
/// Runs around every attempt of a handler, inside its transaction and its scope, like middleware: what it saves in the scope's
/// <c>DbContext</c> is committed with the handler's effects and the inbox mark, or not at all. Made by the container in the attempt's
/// scope. What it throws is treated as the handler's own exception.
/// </summary>
public interface IHandleFilter
{
    /// <summary>
    /// Does something before and after the handler. Without calling <paramref name="next"/> the message counts as handled although its
    /// handler was not called.
    /// </summary>
    /// <param name="context">The message.</param>
    /// <param name="next">Calls the next filter, in the end the handler; once at most.</param>
    /// <param name="cancellationToken">Cancelled when the handler's time is over or the consumer stops.</param>
    Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken);
}
