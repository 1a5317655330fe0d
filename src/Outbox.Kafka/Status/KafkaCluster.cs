using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Outbox.Kafka.Configuration;
using Outbox.Kafka.Errors;
using Outbox.Transport;

namespace Outbox.Kafka.Status;

/// <summary>Asks the cluster about itself and its topics, by one client that is opened when first needed. Safe for concurrent use.</summary>
internal sealed class KafkaCluster : IDisposable
{
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly ClientEvents _events;
    private readonly Lazy<IAdminClient> _admin;

    public KafkaCluster(KafkaOptions options, bool createsTopics, ILogger logger)
    {
        _options = options;
        _logger = logger;
        CreatesTopics = createsTopics;
        _events = new ClientEvents(logger);
        _admin = new Lazy<IAdminClient>(() => new AdminClientBuilder(KafkaClientSettings.ForAdmin(options))
            .SetLogHandler((_, message) => _events.OnLog(message))
            .SetErrorHandler((_, error) => _events.OnError(error))
            .Build());
    }

    /// <summary>Whether missing topics may be created.</summary>
    public bool CreatesTopics { get; }

    /// <summary>The cluster's client, opened when first asked for.</summary>
    public IAdminClient Admin => _admin.Value;

    public async ValueTask<TransportStatus> GetStatusAsync(
        IReadOnlyCollection<string> topics,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        try
        {
            var partitions = await AskAsync(topics, timeout, cancellationToken).ConfigureAwait(false);
            _events.Forget();
            return new TransportStatus(true, partitions, null);
        }
        catch (KafkaException exception)
        {
            var cause = _events.LastError is { } last && last != KafkaErrors.Describe(exception.Error) ? $" ({last})" : "";
            var error = $"No answer from {_options.BootstrapServers}: {KafkaErrors.Describe(exception.Error)}{cause}";
            return new TransportStatus(false, new Dictionary<string, int>(), error);
        }
    }

    /// <summary>Creates those of the topics that do not exist, with the broker's defaults but for the partitions. Never throws.</summary>
    public async Task CreateMissingAsync(IReadOnlyCollection<string> topics)
    {
        foreach (var topic in topics)
        {
            try
            {
                var specification = new TopicSpecification
                {
                    Name = topic,
                    NumPartitions = _options.NewTopicPartitions,
                    ReplicationFactor = -1,
                };
                await _admin.Value.CreateTopicsAsync([specification]).ConfigureAwait(false);
                _logger.TopicCreated(topic, _options.NewTopicPartitions);
            }
            catch (CreateTopicsException exception)
            {
                var error = exception.Results.Count > 0 ? exception.Results[0].Error : exception.Error;
                if (error.Code != ErrorCode.TopicAlreadyExists)
                {
                    _logger.TopicNotCreated(topic, KafkaErrors.Describe(error));
                }
            }
            catch (KafkaException exception)
            {
                _logger.TopicNotCreated(topic, KafkaErrors.Describe(exception.Error));
            }
        }
    }

    public void Dispose()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }

    private async Task<IReadOnlyDictionary<string, int>> AskAsync(
        IReadOnlyCollection<string> topics,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            await _admin.Value.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = timeout })
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Dictionary<string, int>();
        }

        // Describing never creates a topic; asking for its metadata may.
        var names = TopicCollection.OfTopicNames(topics.Distinct());
        var described = await DescribeAsync(names, timeout).WaitAsync(cancellationToken).ConfigureAwait(false);
        return described.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Name, topic => topic.Partitions.Count);
    }

    private async Task<List<TopicDescription>> DescribeAsync(TopicCollection names, TimeSpan timeout)
    {
        try
        {
            var result = await _admin.Value.DescribeTopicsAsync(names, new DescribeTopicsOptions { RequestTimeout = timeout })
                .ConfigureAwait(false);
            return result.TopicDescriptions;
        }
        catch (DescribeTopicsException exception)
        {
            return exception.Results.TopicDescriptions;
        }
    }
}
