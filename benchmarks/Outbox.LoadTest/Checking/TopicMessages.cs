using Confluent.Kafka;

namespace Outbox.LoadTest.Checking;

/// <summary>Reads topics as a plain client does.</summary>
internal static class TopicMessages
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Every message from the beginning to the end of each partition.</summary>
    public static IEnumerable<Message<byte[], byte[]>> ReadAll(string bootstrapServers, string topic)
    {
        using var consumer = Open(bootstrapServers, topic, partitionEnds: true);
        for (var open = consumer.Assignment.Count; open > 0;)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} did not answer for {Patience.TotalSeconds} s.");
            if (result.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                yield return result.Message;
            }
        }

        consumer.Close();
    }

    /// <summary>A consumer of every partition from the beginning, without a group.</summary>
    public static IConsumer<byte[], byte[]> Open(string bootstrapServers, string topic, bool partitionEnds)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = topic,
            EnableAutoCommit = false,
            EnablePartitionEof = partitionEnds,
            FetchQueueBackoffMs = 5,
        };
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        var partitions = admin.GetMetadata(topic, Patience).Topics[0].Partitions;
        var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        return consumer;
    }
}
