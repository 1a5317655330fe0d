using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Outbox.Specifications.Servers;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>Creates topics on the real Kafka and waits until each partition has a leader.</summary>
internal static class KafkaTopics
{
    public static async Task CreateAsync(string topic, int partitions, int? maxMessageBytes = null) =>
        await CreateAsync(await KafkaServer.GetBootstrapServersAsync(), topic, partitions, maxMessageBytes);

    public static async Task CreateAsync(string servers, string topic, int partitions, int? maxMessageBytes = null)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        var specification = new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = [] };
        if (maxMessageBytes is { } limit)
        {
            specification.Configs["max.message.bytes"] = limit.ToString(CultureInfo.InvariantCulture);
        }

        await admin.CreateTopicsAsync([specification]);
        while (!await IsReadyAsync(admin, topic, partitions))
        {
            await Task.Delay(20);
        }
    }

    private static async Task<bool> IsReadyAsync(IAdminClient admin, string topic, int partitions)
    {
        try
        {
            var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]));
            return described.TopicDescriptions[0].Partitions.Count(partition => partition.Leader is not null) == partitions;
        }
        catch (DescribeTopicsException)
        {
            return false;
        }
    }
}
