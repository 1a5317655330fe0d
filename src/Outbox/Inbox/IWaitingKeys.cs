using Microsoft.EntityFrameworkCore;

namespace Outbox.Inbox;

/// <summary>
/// Keeps messages behind earlier ones of their key that wait for a retry. Asked inside the transaction that marks messages, after the
/// marks: read earlier, a message could pass one that was deferred meanwhile. Safe for concurrent use with different contexts.
/// </summary>
internal interface IWaitingKeys
{
    /// <summary>
    /// Finds those of the newly marked messages whose key has a deferred message, and defers them too, in order, in the context's
    /// transaction: their marks then say deferred and their raw messages are stored.
    /// </summary>
    /// <param name="context">The context whose transaction has written the marks.</param>
    /// <param name="messages">The newly marked messages, in the order in which they were received.</param>
    /// <param name="cancellationToken">Ends the statements.</param>
    /// <returns>The ids of the messages that were deferred: those not to run.</returns>
    ValueTask<IReadOnlySet<Guid>> QueueBehindAsync(
        DbContext context, IReadOnlyList<IdentifiedMessage> messages, CancellationToken cancellationToken);
}
