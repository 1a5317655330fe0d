using Outbox.Transport;

namespace Outbox.Handling;

/// <summary>Settles received messages. Safe for concurrent use; messages of one key must be given one after the other.</summary>
internal interface IReceivedMessageHandling
{
    /// <summary>
    /// Sees to it that a message has its durable outcome, however long that takes. Throws nothing but
    /// <see cref="OperationCanceledException"/>, when cancelled; the message then has its whole effect or none, and may be given again.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends it: the partition was taken away, or the consumer stops.</param>
    Task<HandlingOutcome> HandleAsync(ReceivedMessage message, CancellationToken cancellationToken);
}
