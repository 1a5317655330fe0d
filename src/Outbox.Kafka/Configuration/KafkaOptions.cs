using Confluent.Kafka;

namespace Outbox;

/// <summary>How to reach Kafka. Bound from the configuration section <c>Outbox:Kafka</c>; what is set in code wins.</summary>
public sealed class KafkaOptions
{
    /// <summary>The brokers to ask first, as <c>host:port</c>, separated by commas.</summary>
    /// <value>Required; there is no default.</value>
    public string? BootstrapServers { get; set; }

    /// <summary>The name that brokers show for this client in logs, metrics and quotas.</summary>
    /// <value>Default: <c>outbox</c>.</value>
    public string ClientId { get; set; } = "outbox";

    /// <summary>Whether and how the connection is secured.</summary>
    /// <value>Default: null, which is the client's own default (plain text).</value>
    public SecurityProtocol? SecurityProtocol { get; set; }

    /// <summary>How the client authenticates itself over SASL.</summary>
    /// <value>Default: null.</value>
    public SaslMechanism? SaslMechanism { get; set; }

    /// <summary>The SASL user.</summary>
    /// <value>Default: null.</value>
    public string? SaslUsername { get; set; }

    /// <summary>The SASL password. Never logged.</summary>
    /// <value>Default: null.</value>
    public string? SaslPassword { get; set; }

    /// <summary>The file with the certificates of the authorities that sign the brokers'.</summary>
    /// <value>Default: null, which is the system's store.</value>
    public string? SslCaLocation { get; set; }

    /// <summary>The file with this client's certificate.</summary>
    /// <value>Default: null.</value>
    public string? SslCertificateLocation { get; set; }

    /// <summary>The file with this client's private key.</summary>
    /// <value>Default: null.</value>
    public string? SslKeyLocation { get; set; }

    /// <summary>The password of the private key. Never logged.</summary>
    /// <value>Default: null.</value>
    public string? SslKeyPassword { get; set; }

    /// <summary>
    /// How groups share out their partitions: the classic protocol, or the one of KIP-848, for which brokers must be of version 4.0 or later.
    /// </summary>
    /// <value>Default: <see cref="Confluent.Kafka.GroupProtocol.Classic"/>.</value>
    public GroupProtocol GroupProtocol { get; set; } = GroupProtocol.Classic;

    /// <summary>
    /// Whether a topic that is missing is created, with <see cref="NewTopicPartitions"/> partitions. Only in the environment
    /// <c>Development</c>: elsewhere a topic's partitions and retention are a decision that nobody should take by accident.
    /// </summary>
    /// <value>Default: false.</value>
    public bool CreateTopicsInDevelopment { get; set; }

    /// <summary>How many partitions a topic gets that <see cref="CreateTopicsInDevelopment"/> creates.</summary>
    /// <value>Default: 6. From 1 to 1,000.</value>
    public int NewTopicPartitions { get; set; } = 6;

    /// <summary>
    /// How long the first message of a topic may wait for the broker to say whether the topic exists. A topic that is missing
    /// is then reported for itself and does not disturb the others.
    /// </summary>
    /// <value>Default: 2 seconds. From 10 milliseconds to 1 minute.</value>
    public TimeSpan TopicCheckTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Any property of librdkafka, for every client. Those on which the guarantees rest cannot be changed.</summary>
    public IDictionary<string, string> Properties { get; } = new Dictionary<string, string>();

    /// <summary>Any property of librdkafka, for producers.</summary>
    public IDictionary<string, string> ProducerProperties { get; } = new Dictionary<string, string>();

    /// <summary>Any property of librdkafka, for consumers.</summary>
    public IDictionary<string, string> ConsumerProperties { get; } = new Dictionary<string, string>();

    internal List<Action<ClientConfig>> ClientHooks { get; } = [];

    internal List<Action<ProducerConfig>> ProducerHooks { get; } = [];

    internal List<Action<ConsumerConfig>> ConsumerHooks { get; } = [];

    /// <summary>Changes the settings of every client, for example its security. Called whenever one is opened.</summary>
    public KafkaOptions ConfigureClient(Action<ClientConfig> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ClientHooks.Add(configure);
        return this;
    }

    /// <summary>
    /// Changes the settings of producers. Called whenever one is opened. Settings on which the guarantees rest (acknowledgement by
    /// all replicas, idempotence, no gaps, no message timeout, Java's partitioner) are applied afterwards.
    /// </summary>
    public KafkaOptions ConfigureProducer(Action<ProducerConfig> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ProducerHooks.Add(configure);
        return this;
    }

    /// <summary>
    /// Changes the settings of consumers. Called whenever one is opened. Settings on which the guarantees rest (group, assignment
    /// strategy, offsets committed by hand) are applied afterwards.
    /// </summary>
    public KafkaOptions ConfigureConsumer(Action<ConsumerConfig> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ConsumerHooks.Add(configure);
        return this;
    }

    /// <summary>The brokers and the client's name; no secret.</summary>
    public override string ToString() => $"Kafka at {BootstrapServers ?? "(no address)"} as {ClientId}";
}
