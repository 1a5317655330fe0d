using Confluent.Kafka;
using Outbox.Transport;

namespace Outbox.Kafka.Receiving;

/// <summary>Our partitions as the client's, and back.</summary>
internal static class KafkaPartition
{
    public static TopicPartition ToClient(this TopicPartitionId partition) => new(partition.Topic, partition.Partition);

    public static TopicPartitionId ToId(this TopicPartition partition) => new(partition.Topic, partition.Partition.Value);
}
