using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Outbox.Kafka.Tests.Relay;

/// <summary>What a topic of the real Kafka holds, as a plain client sees it.</summary>
internal static class TopicContents
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Key and payload of every message, from the beginning to the end of each partition.</summary>
    public static List<(string Key, string Payload)> Read(string servers, string topic)
    {
        var config = new ConsumerConfig { BootstrapServers = servers, GroupId = topic, EnableAutoCommit = false, EnablePartitionEof = true };
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        using var consumer = new ConsumerBuilder<string, string>(config).Build();
        var partitions = admin.GetMetadata(topic, Patience).Topics[0].Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var messages = new List<(string, string)>();
        for (var open = partitions.Count; open > 0;)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} did not answer.");
            if (result.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                messages.Add((result.Message.Key, result.Message.Value));
            }
        }

        return messages;
    }

    /// <summary>Changes how large a batch of the topic may be.</summary>
    public static async Task LimitAsync(string servers, string topic, int maxMessageBytes)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        var entry = new ConfigEntry { Name = "max.message.bytes", Value = $"{maxMessageBytes}", IncrementalOperation = AlterConfigOpType.Set };
        await admin.IncrementalAlterConfigsAsync(new() { [new ConfigResource { Type = ResourceType.Topic, Name = topic }] = [entry] });
    }
}
