namespace Outbox.Diagnostics;

/// <summary>
/// Names of the meter, its instruments and tags. Where OpenTelemetry's messaging conventions have a name, it is theirs:
/// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/. The others are our own and begin with <c>outbox.</c>.
/// </summary>
internal static class OutboxTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Outbox";

    public const string Sent = "messaging.client.sent.messages";

    public const string DestinationTag = "messaging.destination.name";

    public const string Settled = "outbox.relay.settled";

    public const string SendLatency = "outbox.relay.send_latency";

    public const string Parked = "outbox.relay.refused";

    public const string LeaseChanges = "outbox.relay.lease_changes";
}
