using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Outbox.Kafka.Tests.Transport;
using Outbox.Specifications;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Reading;

/// <summary>The suite against a real Kafka.</summary>
[NeedsKafka]
public sealed class RealKafkaTopicLogTests : TopicLogSpecification, IDisposable
{
    private readonly KafkaTransports _transports = new();

    protected override TopicLogCapabilities Capabilities =>
        TopicLogCapabilities.Times | TopicLogCapabilities.Deletions | TopicLogCapabilities.Transactions | TopicLogCapabilities.Recreation;

    [KafkaFact]
    public async Task Read_Partition_LeavesNoGroupBehind()
    {
        var (_, log) = await CreateAsync(TransportVariant.Ordinary);
        var topic = KafkaServer.UniqueName("log");
        await CreateTopicAsync(topic, 1);
        using var admin = await AdminAsync();
        using (var reader = log.OpenReader(new TopicPartitionId(topic, 0), 0, 1))
        {
            await reader.ReadAsync(1, TimeSpan.FromSeconds(2), CancellationToken.None);
        }

        var group = await admin.DescribeConsumerGroupsAsync(["outbox-log"]).ContinueWith(
            described => described.IsFaulted ? ConsumerGroupState.Dead : described.Result.ConsumerGroupDescriptions.Single().State,
            TaskScheduler.Default);

        group.Should().Be(ConsumerGroupState.Dead, "the broker knows no such group");
    }

    [KafkaFact]
    public async Task IsCompactedAsync_Topics_TellsTheirPolicy()
    {
        var (_, log) = await CreateAsync(TransportVariant.Ordinary);
        var (plain, compacted) = (KafkaServer.UniqueName("log"), KafkaServer.UniqueName("log"));
        using var admin = await AdminAsync();
        await admin.CreateTopicsAsync([
            new TopicSpecification { Name = plain, NumPartitions = 1, ReplicationFactor = 1 },
            new TopicSpecification { Name = compacted, NumPartitions = 1, ReplicationFactor = 1, Configs = new() { ["cleanup.policy"] = "compact,delete" } }]);

        (await log.IsCompactedAsync(plain, CancellationToken.None)).Should().BeFalse();
        (await log.IsCompactedAsync(compacted, CancellationToken.None)).Should().BeTrue();
        var missing = async () => await log.IsCompactedAsync(KafkaServer.UniqueName("none"), CancellationToken.None);
        (await missing.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(DeliveryFailure.Topic);
    }

    protected override async Task<(ITransport Sending, ITopicLog Log)> CreateAsync(TransportVariant variant)
    {
        var transport = _transports.Create(await KafkaServer.GetBootstrapServersAsync(), variant).Sending;
        return (transport, (ITopicLog)transport);
    }

    protected override Task CreateTopicAsync(string topic, int partitions) => KafkaTopics.CreateAsync(topic, partitions);

    protected override async Task DeleteBeforeAsync(string topic, long offset)
    {
        using var admin = await AdminAsync();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, offset)]);
    }

    protected override async Task RecreateTopicAsync(string topic)
    {
        using var admin = await AdminAsync();
        await admin.DeleteTopicsAsync([topic]);
        await Eventually.BeTrueAsync(
            async () =>
            {
                try
                {
                    await KafkaTopics.CreateAsync(topic, 1);
                    return true;
                }
                catch (CreateTopicsException)
                {
                    return false; // its name is taken until the broker has deleted it
                }
            },
            "the topic is there again");
    }

    protected override async Task<ITopicTransaction> BeginTransactionAsync(string topic, string payload)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = await KafkaServer.GetBootstrapServersAsync(),
            TransactionalId = KafkaServer.UniqueName("transaction"),
        };
        var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[], byte[]> { Value = Encoding.UTF8.GetBytes(payload) });
        return new KafkaTransaction(producer);
    }

    public void Dispose() => _transports.Dispose();

    private static async Task<IAdminClient> AdminAsync() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = await KafkaServer.GetBootstrapServersAsync() }).Build();

    private sealed class KafkaTransaction(IProducer<byte[], byte[]> producer) : ITopicTransaction
    {
        public void Commit() => producer.CommitTransaction();

        public void Abort() => producer.AbortTransaction();

        public void Dispose() => producer.Dispose();
    }
}
