namespace Outbox.Transport;

/// <summary>Receives messages from a broker. One instance for a registration; safe for concurrent use.</summary>
public interface IReceivingTransport
{
    /// <summary>Opens a member of a consumer group. Does not wait for the broker.</summary>
    /// <param name="subscription">What to receive, and as which group.</param>
    /// <param name="listener">Told of assignments, from inside <see cref="ITransportReceiver.Receive"/>.</param>
    /// <exception cref="OutboxException">The settings cannot work, whatever the broker does.</exception>
    ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener);
}
