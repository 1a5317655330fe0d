namespace Outbox.Diagnostics;

/// <summary>
/// Names of the meter, its instruments, spans and tags. Where OpenTelemetry's messaging conventions have a name, it is theirs:
/// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/,
/// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ and
/// https://opentelemetry.io/docs/specs/semconv/messaging/kafka/ (for the offset). The others are our own and begin with <c>outbox.</c>.
/// <c>messaging.system</c> is left out: this library does not know which broker a transport speaks to.
/// </summary>
internal static class OutboxTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Outbox";

    public const string Sent = "messaging.client.sent.messages";

    public const string OperationDuration = "messaging.client.operation.duration";

    public const string ProcessDuration = "messaging.process.duration";

    public const string Settled = "outbox.relay.settled";

    public const string BatchSize = "outbox.relay.batch_size";

    public const string SendLatency = "outbox.relay.send_latency";

    public const string Refused = "outbox.relay.refused";

    public const string LeaseChanges = "outbox.relay.lease_changes";

    public const string OwnedBuckets = "outbox.relay.owned_buckets";

    public const string Waiting = "outbox.waiting.messages";

    public const string OldestAge = "outbox.waiting.oldest_age";

    public const string Scheduled = "outbox.scheduled.messages";

    public const string ParkedKeys = "outbox.parked.keys";

    public const string ParkedMessages = "outbox.parked.messages";

    public const string DeferredMessages = "outbox.deferred.messages";

    public const string UnownedBuckets = "outbox.unowned_buckets";

    public const string ConsumerMessages = "outbox.consumer.messages";

    public const string ConsumerRetries = "outbox.consumer.retries";

    public const string ConsumerHolds = "outbox.consumer.holds";

    public const string ConsumerLag = "outbox.consumer.lag";

    public const string ConsumerPartitions = "outbox.consumer.partitions";

    public const string ConsumerCircuit = "outbox.consumer.circuit_open";

    public const string DestinationTag = "messaging.destination.name";

    public const string PartitionTag = "messaging.destination.partition.id";

    public const string OperationNameTag = "messaging.operation.name";

    public const string OperationTypeTag = "messaging.operation.type";

    public const string MessageIdTag = "messaging.message.id";

    public const string BatchCountTag = "messaging.batch.message_count";

    public const string OffsetTag = "messaging.kafka.offset";

    public const string ErrorTypeTag = "error.type";

    /// <summary>Our own: the conventions know the group only, and a consumer's name outlives its group.</summary>
    public const string ConsumerTag = "outbox.consumer";

    /// <summary>Our own: what became of a message in a consumer.</summary>
    public const string OutcomeTag = "outbox.outcome";

    /// <summary>Our own: the context whose database it is.</summary>
    public const string ContextTag = "outbox.context";
}
