using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Outbox.Kafka.Configuration;
using Outbox.Kafka.Receiving;
using Outbox.Kafka.Sending;
using Outbox.Kafka.Status;
using Outbox.Transport;

namespace Outbox.Kafka;

/// <summary>Kafka, for sending and receiving. Senders and receivers have clients of their own; questions about the cluster share one.</summary>
internal sealed class KafkaTransport : ITransport, IReceivingTransport, IDisposable
{
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly KafkaCluster _cluster;
    private int _isDisposed;

    public KafkaTransport(KafkaOptions options, ILoggerFactory loggers, TimeProvider time, bool isDevelopment)
    {
        _options = options;
        _logger = loggers.CreateLogger("Outbox.Kafka");
        _time = time;
        _cluster = new KafkaCluster(options, options.CreateTopicsInDevelopment && isDevelopment, _logger);
    }

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

        return Open(() => new KafkaReceiver(KafkaClientSettings.ForConsumer(_options, subscription), subscription, listener, _logger));
    }

    public ValueTask<TransportStatus> GetStatusAsync(
        IReadOnlyCollection<string> topics,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return _cluster.GetStatusAsync(topics, timeout, cancellationToken);
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
