using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>Takes in rows whose messages the broker has acknowledged. Called on the transport's threads; returns at once.</summary>
internal interface IAcknowledgements
{
    void Acknowledge(in OutboxRow row, in DeliveryOutcome outcome);
}
