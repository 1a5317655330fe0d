using Confluent.Kafka;

namespace QuickStart.Servers;

/// <summary>Reads a topic from its beginning to its end, as any Kafka client would.</summary>
internal static class TopicReader
{
    public static List<Message<string, string>> ReadAll(string bootstrapServers, string topic)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = $"reader-{Guid.NewGuid():N}",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
        };
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions;
        using var consumer = new ConsumerBuilder<string, string>(config).Build();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var messages = new List<Message<string, string>>();
        for (var ended = 0; ended < partitions.Count;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException($"{topic} did not answer for 10 s.");
            if (result.IsPartitionEOF)
            {
                ended++;
            }
            else
            {
                messages.Add(result.Message);
            }
        }

        consumer.Close();
        return messages;
    }
}
