using Confluent.Kafka;
using Outbox.Specifications.Running;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>The suite against a real Kafka, with the group protocol of KIP-848.</summary>
[NeedsKafka]
public sealed class ConsumerProtocolTransportTests : RealKafkaTransportTests
{
    protected override void Configure(KafkaOptions options) => options.GroupProtocol = GroupProtocol.Consumer;
}
