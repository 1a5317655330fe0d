using Outbox.Specifications.Servers;

namespace Outbox.Specifications.Running;

/// <summary>The suite runs against a real Kafka: see <see cref="KafkaServer"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsKafkaAttribute() : NeedsServerAttribute(ServerResolution.Kafka);
