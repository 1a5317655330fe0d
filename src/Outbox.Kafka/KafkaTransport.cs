using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Outbox.Kafka.Configuration;
using Outbox.Kafka.Reading;
using Outbox.Kafka.Receiving;
using Outbox.Kafka.Sending;
using Outbox.Kafka.Status;
using Outbox.Transport;

namespace Outbox.Kafka;

/// <summary>Kafka, for sending, receiving and reading logs. Senders, receivers and readers have clients of their own; questions about the cluster share one.</summary>
internal sealed class KafkaTransport : ITransport, IReceivingTransport, ITopicLog, IDisposable
{
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly KafkaCluster _cluster;
    private readonly Lazy<LogOffsets> _logOffsets;
    private int _isDisposed;

    public KafkaTransport(KafkaOptions options, ILoggerFactory loggers, TimeProvider time, bool isDevelopment)
    {
        _options = options;
        _logger = loggers.CreateLogger("Outbox.Kafka");
        _time = time;
        _cluster = new KafkaCluster(options, options.CreateTopicsInDevelopment && isDevelopment, _logger);
        _logOffsets = new Lazy<LogOffsets>(() => Open(() => new LogOffsets(
            () => _cluster.Admin, KafkaClientSettings.ForLog(options).IsolationLevel ?? IsolationLevel.ReadCommitted)));
    }

    /// <summary>Answers questions about the cluster.</summary>
    public KafkaCluster Cluster => _cluster;

    public ITransportSender OpenSender(IDeliverySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Open(() => new KafkaSender(KafkaClientSettings.ForProducer(_options), sink, _cluster, _options.TopicCheckTimeout, _logger, _time));
    }

    public ITransportReceiver OpenReceiver(Subscription subscription, IAssignmentListener listener)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(listener);
        if (_cluster.CreatesTopics)
        {
            _ = _cluster.CreateMissingAsync(subscription.Topics);
        }

        return Open(() => new KafkaReceiver(KafkaClientSettings.ForConsumer(_options, subscription), subscription, listener, _logger, _time));
    }

    public ValueTask<TransportStatus> GetStatusAsync(
        IReadOnlyCollection<string> topics,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return _cluster.GetStatusAsync(topics, timeout, cancellationToken);
    }

    public ValueTask<IReadOnlyList<TopicLogRange>> GetRangesAsync(string topic, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return _logOffsets.Value.GetRangesAsync(topic, cancellationToken);
    }

    public ValueTask<IReadOnlyDictionary<TopicPartitionId, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return _logOffsets.Value.FindOffsetsAsync(topic, time, cancellationToken);
    }

    public ValueTask<bool?> IsCompactedAsync(string topic, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return Open(() => new TopicPolicies(() => _cluster.Admin)).IsCompactedAsync(topic, cancellationToken);
    }

    public ITopicLogReader OpenReader(TopicPartitionId partition, long from, long until)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return Open(() => new KafkaLogReader(KafkaClientSettings.ForLog(_options), partition.ToClient(), from, until, _logger));
    }

    /// <summary>Can be called again: a container disposes of the one instance once for each seam that it is registered as.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _cluster.Dispose();
        }
    }

    private static T Open<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or KafkaException or DllNotFoundException)
        {
            throw new OutboxException(
                $"The Kafka client cannot be opened with these settings: {exception.Message} Correct them in UseKafka() or in Outbox:Kafka.",
                exception);
        }
    }
}
