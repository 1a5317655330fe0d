using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>A row whose message was not acknowledged.</summary>
internal readonly record struct FailedDelivery(OutboxRow Row, DeliveryOutcome Outcome);
