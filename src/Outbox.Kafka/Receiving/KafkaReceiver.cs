using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Outbox.Kafka.Errors;
using Outbox.Transport;

namespace Outbox.Kafka.Receiving;

/// <summary>One consumer. Used by one thread; the client calls the rebalance handlers on it too, from inside <c>Consume</c> and <c>Close</c>.</summary>
internal sealed class KafkaReceiver : ITransportReceiver
{
    private static readonly TimeSpan GiveBackPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GiveBackLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly IAssignmentListener _listener;
    private readonly ILogger _logger;
    private readonly ClientEvents _events;
    private readonly LagStatistics _statistics = new();
    private readonly string _group;
    private readonly PartitionFlow _flow;
    private readonly HashSet<TopicPartition> _owned = [];
    private readonly TimeProvider _time;
    private bool _isDisposed;
    private bool _isClosing;

    public KafkaReceiver(ConsumerConfig config, Subscription subscription, IAssignmentListener listener, ILogger logger, TimeProvider time)
    {
        _listener = listener;
        _logger = logger;
        _time = time;
        _group = subscription.GroupId;
        _events = new ClientEvents(logger);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetKeyDeserializer(Deserializers.ByteArray!)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetLogHandler((_, message) => _events.OnLog(message))
            .SetErrorHandler((_, error) => _events.OnError(error))
            .SetStatisticsHandler((_, json) => _statistics.Read(json))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => OnLost(partitions))
            .Build();
        _flow = new PartitionFlow(_consumer);
        _consumer.Subscribe(subscription.Topics);
    }

    public ReceivedMessage? Receive(TimeSpan timeout)
    {
        _flow.ApplySeeks();
        ConsumeResult<byte[]?, byte[]?>? result;
        try
        {
            result = _consumer.Consume(timeout);
        }
        catch (ConsumeException exception)
        {
            throw KafkaErrors.ToException("Receiving failed", exception.Error, exception);
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.ToException("Receiving failed", exception.Error, exception);
        }
        finally
        {
            _flow.ApplyPauses();
        }

        return result is null || _flow.HoldsBack(result.TopicPartitionOffset) ? null : KafkaMessage.From(result);
    }

    public void Pause(IReadOnlyCollection<TopicPartitionId> partitions) => _flow.Pause(partitions.Select(KafkaPartition.ToClient));

    public void Resume(IReadOnlyCollection<TopicPartitionId> partitions) => _flow.Resume(partitions.Select(KafkaPartition.ToClient));

    public void Seek(TopicPartitionId partition, long offset) => _flow.Seek(partition.ToClient(), offset);

    public void Commit(IReadOnlyCollection<KeyValuePair<TopicPartitionId, long>> nextOffsets)
    {
        if (nextOffsets.Count == 0)
        {
            return;
        }

        try
        {
            _consumer.Commit(nextOffsets.Select(next => new TopicPartitionOffset(next.Key.ToClient(), next.Value)));
        }
        catch (KafkaException exception)
        {
            var error = exception is TopicPartitionOffsetException partial
                ? partial.Results.FirstOrDefault(result => result.Error.IsError)?.Error ?? exception.Error
                : exception.Error;
            throw KafkaErrors.ToException("Committing offsets failed", error, exception);
        }
    }

    public IReadOnlyDictionary<TopicPartitionId, long> GetCommitted(IReadOnlyCollection<TopicPartitionId> partitions)
    {
        try
        {
            return _consumer.Committed(partitions.Select(KafkaPartition.ToClient), AnswerTimeout)
                .Where(committed => !committed.Offset.IsSpecial)
                .ToDictionary(committed => committed.TopicPartition.ToId(), committed => committed.Offset.Value);
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.ToException("Asking for the group's offsets failed", exception.Error, exception);
        }
    }

    public long? GetLag(TopicPartitionId partition)
    {
        var place = partition.ToClient();
        try
        {
            var position = _consumer.Position(place);
            var ends = _consumer.GetWatermarkOffsets(place);
            return _statistics.Lag(partition, position, ends.High);
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            GiveBack();
            _isClosing = true;
            _consumer.Close();
        }
        catch (KafkaException exception)
        {
            _logger.LeavingFailed(_group, KafkaErrors.Describe(exception.Error));
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    /// <summary>
    /// Has all partitions revoked while the membership still works. Where an assignment waits to be told, Close ends the membership
    /// before it tells of the revocation, and a commit that is tried then never returns (seen with the client 2.16).
    /// </summary>
    private void GiveBack()
    {
        _consumer.Unsubscribe();
        var started = _time.GetTimestamp();
        while (_owned.Count > 0 && _time.GetElapsedTime(started) < GiveBackLimit)
        {
            try
            {
                _consumer.Consume(GiveBackPoll);
            }
            catch (ConsumeException)
            {
                // Nothing of it is wanted any more.
            }
        }
    }

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        if (_isClosing)
        {
            return partitions.ConvertAll(partition => new TopicPartitionOffset(partition, Offset.Unset));
        }

        _logger.Assigned(_group, partitions.Count);
        _owned.UnionWith(partitions);
        var starts = _flow.Assign(partitions, () => _listener.OnAssigned(partitions.ConvertAll(KafkaPartition.ToId)));
        foreach (var start in starts.Where(start => !start.Offset.IsSpecial))
        {
            _statistics.Start(start.TopicPartition.ToId(), start.Offset.Value);
        }

        return starts;
    }

    private void OnRevoked(List<TopicPartitionOffset> partitions)
    {
        if (_isClosing)
        {
            OnLost(partitions);
            return;
        }

        var gone = partitions.ConvertAll(partition => partition.TopicPartition);
        _logger.Revoked(_group, gone.Count);
        try
        {
            _listener.OnRevoked(gone.ConvertAll(KafkaPartition.ToId));
        }
        finally
        {
            Forget(gone);
        }
    }

    private void OnLost(List<TopicPartitionOffset> partitions)
    {
        var gone = partitions.ConvertAll(partition => partition.TopicPartition);
        _logger.Lost(_group, gone.Count);
        try
        {
            _listener.OnLost(gone.ConvertAll(KafkaPartition.ToId));
        }
        finally
        {
            Forget(gone);
        }
    }

    private void Forget(List<TopicPartition> partitions)
    {
        _owned.ExceptWith(partitions);
        _flow.Forget(partitions);
        partitions.ForEach(partition => _statistics.Forget(partition.ToId()));
    }
}
