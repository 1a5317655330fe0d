namespace Outbox.Transport;

/// <summary>Receives the outcomes of sent messages. Called on the transport's threads: must return quickly and never throw.</summary>
public interface IDeliverySink
{
    /// <summary>One accepted message has its outcome.</summary>
    void OnOutcome(long tag, in DeliveryOutcome outcome);
}
