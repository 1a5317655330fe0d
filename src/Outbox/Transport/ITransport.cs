namespace Outbox.Transport;

/// <summary>Sends messages to a broker. One instance for a registration; safe for concurrent use.</summary>
public interface ITransport
{
    /// <summary>
    /// Opens a sender with a producer of its own. Does not wait for the broker: an unreachable one shows in outcomes that do not come.
    /// </summary>
    /// <param name="sink">Told the outcome of every accepted message, on the transport's threads.</param>
    /// <exception cref="OutboxException">The settings cannot work, whatever the broker does.</exception>
    ITransportSender OpenSender(IDeliverySink sink);

    /// <summary>
    /// Asks the broker whether it answers and which of the topics it knows. For health checks and warnings at start, not for sending.
    /// </summary>
    /// <param name="topics">The topics to ask for; may be empty.</param>
    /// <param name="timeout">How long to wait for the broker at most.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken);
}
