namespace Outbox.Transport;

/// <summary>
/// One producer. <see cref="TrySend"/> is called by one thread at a time; outcomes arrive concurrently with it.
/// </summary>
/// <remarks>
/// Messages of one key must be appended in the order of their <see cref="TrySend"/> calls, without holes: when one fails for
/// good, none accepted behind it may be appended afterwards. Transient failures (broker away, throttled, not enough replicas) are
/// retried inside the sender without a limit of time, in order. Every accepted message gets exactly one outcome, at the latest
/// when the sender is abandoned. After an outcome with <see cref="DeliveryFailure.Fatal"/> the sender accepts nothing more.
/// </remarks>
public interface ITransportSender : IAsyncDisposable
{
    /// <summary>
    /// Hands a message over without waiting, but for the first one of a topic, for which the sender may ask the broker about the
    /// topic (a few seconds at most). False: the sender's queue is full; try again once outcomes have arrived.
    /// </summary>
    /// <param name="message">The message; its headers are read before the call returns.</param>
    /// <param name="tag">Comes back with the outcome.</param>
    /// <exception cref="TransportException">
    /// Refused at once: the message got no outcome and never will. Topic: it is missing or forbidden; others go on. Message: this one
    /// alone. Fatal: open another sender.
    /// </exception>
    bool TrySend(in OutgoingMessage message, long tag);

    /// <summary>
    /// Gives up everything in flight at once. Outcomes that are still open arrive as <see cref="DeliveryFailure.Abandoned"/> before
    /// the call ends; such messages may have been appended nevertheless. Afterwards the sender can only be disposed.
    /// </summary>
    ValueTask AbandonAsync();
}
