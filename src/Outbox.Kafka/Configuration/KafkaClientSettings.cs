using Confluent.Kafka;
using Outbox.Transport;

namespace Outbox.Kafka.Configuration;

/// <summary>
/// Makes the client's settings: defaults, then the user's own, then those on which the guarantees rest.
/// </summary>
internal static class KafkaClientSettings
{
    /// <summary>Kafka's own default for <c>message.max.bytes</c>, so that the client refuses nothing a broker would take.</summary>
    private const int BrokerMessageMaxBytes = 1_048_588;

    public static ProducerConfig ForProducer(KafkaOptions options)
    {
        var config = new ProducerConfig(Common(options))
        {
            LingerMs = 1,
            CompressionType = CompressionType.Lz4,
            MessageMaxBytes = BrokerMessageMaxBytes,
            DeliveryReportFields = "none",
        };
        Apply(options.Properties, config);
        Apply(options.ProducerProperties, config);
        Run(options.ClientHooks, config);
        Run(options.ProducerHooks, config);

        config.Acks = Acks.All;
        config.EnableIdempotence = true;
        config.EnableGaplessGuarantee = true;
        config.MessageTimeoutMs = 0;
        config.MessageSendMaxRetries = int.MaxValue;
        config.Partitioner = Partitioner.Murmur2Random;
        config.TransactionalId = null;
        config.EnableBackgroundPoll = true;
        config.EnableDeliveryReports = true;
        return config;
    }

    public static ConsumerConfig ForConsumer(KafkaOptions options, Subscription subscription)
    {
        var config = new ConsumerConfig(Common(options))
        {
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchQueueBackoffMs = 5,
            TopicMetadataRefreshIntervalMs = 10_000, // how soon a missing topic, or more partitions, are found
            StatisticsIntervalMs = 5_000,
        };
        Apply(options.Properties, config);
        Apply(options.ConsumerProperties, config);
        Run(options.ClientHooks, config);
        Run(options.ConsumerHooks, config);

        config.GroupId = subscription.GroupId;
        config.GroupInstanceId = subscription.InstanceId;
        config.EnableAutoCommit = false;
        config.EnableAutoOffsetStore = false;
        config.EnablePartitionEof = false;
        config.GroupProtocol = options.GroupProtocol;
        config.PartitionAssignmentStrategy = options.GroupProtocol == GroupProtocol.Consumer
            ? null // the broker assigns, and the client refuses the setting
            : PartitionAssignmentStrategy.CooperativeSticky;
        return config;
    }

    /// <summary>For reading a log: the user's settings for consumers, but a member of no group.</summary>
    public static ConsumerConfig ForLog(KafkaOptions options)
    {
        var config = new ConsumerConfig(Common(options))
        {
            FetchQueueBackoffMs = 5,
            QueuedMaxMessagesKbytes = 8_192, // of each partition that is read, ahead of the reader
        };
        Apply(options.Properties, config);
        Apply(options.ConsumerProperties, config);
        Run(options.ClientHooks, config);
        Run(options.ConsumerHooks, config);

        config.GroupId = $"{options.ClientId}-log"; // the client insists on a name; no such group is made
        config.GroupInstanceId = null;
        config.GroupProtocol = GroupProtocol.Classic;
        config.PartitionAssignmentStrategy = null;
        config.EnableAutoCommit = false;
        config.EnableAutoOffsetStore = false;
        config.AutoOffsetReset = AutoOffsetReset.Error; // an offset that is not there must be seen, not replaced
        config.EnablePartitionEof = true;
        config.AllowAutoCreateTopics = false;
        config.StatisticsIntervalMs = 0;
        return config;
    }

    public static AdminClientConfig ForAdmin(KafkaOptions options)
    {
        var config = new AdminClientConfig(Common(options));
        Apply(options.Properties, config);
        Run(options.ClientHooks, config);
        return config;
    }

    private static ClientConfig Common(KafkaOptions options)
    {
        var config = new ClientConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = options.ClientId,
            SocketNagleDisable = true,
            ReconnectBackoffMs = 100,
            ReconnectBackoffMaxMs = 1_000, // ten seconds by default: too long a pause after a broker's restart
        };
        config.SecurityProtocol = options.SecurityProtocol;
        config.SaslMechanism = options.SaslMechanism;
        config.SaslUsername = options.SaslUsername;
        config.SaslPassword = options.SaslPassword;
        config.SslCaLocation = options.SslCaLocation;
        config.SslCertificateLocation = options.SslCertificateLocation;
        config.SslKeyLocation = options.SslKeyLocation;
        config.SslKeyPassword = options.SslKeyPassword;
        return config;
    }

    private static void Apply(IEnumerable<KeyValuePair<string, string>> properties, ClientConfig config)
    {
        foreach (var (name, value) in properties)
        {
            config.Set(name, value);
        }
    }

    private static void Run<TConfig>(List<Action<TConfig>> hooks, TConfig config) => hooks.ForEach(hook => hook(config));
}
