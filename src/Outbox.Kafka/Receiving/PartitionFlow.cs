using Confluent.Kafka;

namespace Outbox.Kafka.Receiving;

/// <summary>
/// Pauses and seeks. The client takes them only for partitions that it has begun to fetch, so those that come earlier are kept and
/// applied when they can be; until then no message of such a partition is let through.
/// </summary>
internal sealed class PartitionFlow(IConsumer<byte[]?, byte[]?> consumer)
{
    private readonly HashSet<TopicPartition> _paused = [];
    private readonly HashSet<TopicPartition> _pausesToApply = [];
    private readonly Dictionary<TopicPartition, long> _seeksToApply = [];
    private bool _isAssigning;

    public void Pause(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_paused.Add(partition))
            {
                _pausesToApply.Add(partition);
            }
        }

        ApplyPauses();
    }

    public void Resume(IEnumerable<TopicPartition> partitions)
    {
        List<TopicPartition> resumed = [.. partitions.Where(_paused.Remove)];
        resumed.RemoveAll(_pausesToApply.Remove);
        if (resumed.Count > 0)
        {
            consumer.Resume(resumed);
        }
    }

    public void Seek(TopicPartition partition, long offset)
    {
        _seeksToApply[partition] = offset;
        ApplySeeks();
    }

    public void ApplyPauses()
    {
        if (_pausesToApply.Count > 0 && !_isAssigning)
        {
            consumer.Pause(_pausesToApply);
            _pausesToApply.Clear();
        }
    }

    public void ApplySeeks()
    {
        if (_seeksToApply.Count == 0 || _isAssigning)
        {
            return;
        }

        foreach (var (partition, offset) in _seeksToApply.ToArray())
        {
            if (TrySeek(partition, offset))
            {
                _seeksToApply.Remove(partition);
            }
        }
    }

    /// <summary>Whether a message must not be delivered now. One of a paused partition is fetched again after the resume.</summary>
    public bool HoldsBack(TopicPartitionOffset message)
    {
        if (_seeksToApply.ContainsKey(message.TopicPartition))
        {
            return true;
        }

        return _paused.Contains(message.TopicPartition) && _seeksToApply.TryAdd(message.TopicPartition, message.Offset.Value);
    }

    /// <summary>Tells the listener of an assignment, and gives where to start: where the listener sought, else where the group is.</summary>
    public List<TopicPartitionOffset> Assign(List<TopicPartition> partitions, Action tell)
    {
        _isAssigning = true;
        try
        {
            tell();
        }
        finally
        {
            _isAssigning = false;
        }

        return partitions.ConvertAll(partition => new TopicPartitionOffset(
            partition,
            _seeksToApply.Remove(partition, out var offset) ? new Offset(offset) : Offset.Unset));
    }

    /// <summary>The client keeps a pause beyond a revocation; a partition that is assigned again must not be paused.</summary>
    public void Forget(List<TopicPartition> partitions)
    {
        partitions.ForEach(partition => _seeksToApply.Remove(partition));
        try
        {
            Resume(partitions);
        }
        catch (KafkaException)
        {
            // A partition that is lost may be unknown to the client already; then there is nothing to resume.
        }
    }

    private bool TrySeek(TopicPartition partition, long offset)
    {
        try
        {
            consumer.Seek(new TopicPartitionOffset(partition, offset));
            return true;
        }
        catch (KafkaException exception) when (exception.Error.Code == ErrorCode.Local_State)
        {
            return false;
        }
    }
}
