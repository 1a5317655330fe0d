using System.Diagnostics;
using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>One member of a group. The listener is called without the broker's lock, so it may call back.</summary>
internal sealed class InMemoryReceiver : ITransportReceiver
{
    private readonly InMemoryBroker _broker;
    private readonly IAssignmentListener _listener;
    private readonly InMemoryGroup _group;
    private readonly List<OwnedPartition> _owned = [];
    private readonly List<TopicPartitionId> _lost = [];
    private int _turn;
    private bool _isExpelled;
    private bool _isFenced;
    private bool _isDisposed;

    public InMemoryReceiver(InMemoryBroker broker, Subscription subscription, IAssignmentListener listener)
    {
        _broker = broker;
        _listener = listener;
        Subscription = subscription;
        lock (broker.Gate)
        {
            _group = broker.Group(subscription.GroupId);
            var former = subscription.InstanceId is null
                ? null
                : _group.Members.FirstOrDefault(member => member.Subscription.InstanceId == subscription.InstanceId);
            former?.Expel(fenced: true);
            _group.Join(this);
            Monitor.PulseAll(broker.Gate);
        }
    }

    public Subscription Subscription { get; }

    public ReceivedMessage? Receive(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            FollowAssignment();
            lock (_broker.Gate)
            {
                if (_broker.IsReachable && TakeNext() is { } message)
                {
                    return message;
                }

                var left = timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                {
                    return null;
                }

                if (!IsAssignmentStale())
                {
                    Monitor.Wait(_broker.Gate, left);
                }
            }
        }
    }

    public void Pause(IReadOnlyCollection<TopicPartitionId> partitions) => SetPaused(partitions, true);

    public void Resume(IReadOnlyCollection<TopicPartitionId> partitions) => SetPaused(partitions, false);

    public void Seek(TopicPartitionId partition, long offset)
    {
        lock (_broker.Gate)
        {
            Owned(partition).Position = offset;
        }
    }

    public void Commit(IReadOnlyCollection<KeyValuePair<TopicPartitionId, long>> nextOffsets)
    {
        lock (_broker.Gate)
        {
            if (!_broker.IsReachable)
            {
                throw new TransportException("The in-memory broker is set to be unreachable.", DeliveryFailure.Transient);
            }

            if (_isExpelled || nextOffsets.Any(next => !_group.Owns(this, next.Key)))
            {
                throw new TransportException("The member was expelled from its group, or does not own the partition.", DeliveryFailure.Transient);
            }

            foreach (var (partition, offset) in nextOffsets)
            {
                _group.Committed[partition] = offset;
            }
        }
    }

    public IReadOnlyDictionary<TopicPartitionId, long> GetCommitted(IReadOnlyCollection<TopicPartitionId> partitions)
    {
        lock (_broker.Gate)
        {
            return partitions.Where(_group.Committed.ContainsKey).ToDictionary(partition => partition, partition => _group.Committed[partition]);
        }
    }

    public long? GetLag(TopicPartitionId partition)
    {
        lock (_broker.Gate)
        {
            return _owned.Find(owned => owned.Id == partition) is { } found
                ? Math.Max(0, _broker.Topic(partition.Topic)[partition.Partition].Count - found.Position)
                : null;
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        RaiseLost();
        List<TopicPartitionId> given;
        lock (_broker.Gate)
        {
            given = _owned.ConvertAll(owned => owned.Id);
        }

        if (given.Count > 0)
        {
            _listener.OnRevoked(given);
        }

        lock (_broker.Gate)
        {
            _owned.Clear();
            _group.Leave(this);
            Monitor.PulseAll(_broker.Gate);
        }
    }

    /// <summary>Called under the broker's lock, by others than the owner's thread.</summary>
    internal void Expel(bool fenced)
    {
        _lost.AddRange(_owned.Select(owned => owned.Id));
        _owned.Clear();
        _group.Leave(this);
        _isExpelled = true;
        _isFenced |= fenced;
    }

    private void FollowAssignment()
    {
        RaiseLost();
        List<TopicPartitionId> revoked;
        lock (_broker.Gate)
        {
            var share = Share();
            revoked = _owned.Select(owned => owned.Id).Where(partition => !share.Contains(partition)).ToList();
        }

        if (revoked.Count > 0)
        {
            _listener.OnRevoked(revoked);
        }

        List<TopicPartitionId> assigned;
        lock (_broker.Gate)
        {
            GiveUp(revoked);
            assigned = _isExpelled ? [] : _group.TakeFree(this, Share());
            _owned.AddRange(assigned.Select(partition => new OwnedPartition(partition, _group.Committed.GetValueOrDefault(partition))));
        }

        if (assigned.Count > 0)
        {
            _listener.OnAssigned(assigned);
        }
    }

    private void RaiseLost()
    {
        List<TopicPartitionId> lost;
        bool isFenced;
        lock (_broker.Gate)
        {
            lost = [.. _lost];
            _lost.Clear();
            isFenced = _isFenced;
            if (_isExpelled && !isFenced && !_isDisposed)
            {
                _isExpelled = false;
                _group.Join(this);
            }
        }

        if (lost.Count > 0)
        {
            _listener.OnLost(lost);
        }

        if (isFenced && !_isDisposed)
        {
            throw new TransportException("Another member joined with the same instance id.", DeliveryFailure.Fatal);
        }
    }

    private void GiveUp(List<TopicPartitionId> revoked)
    {
        foreach (var partition in revoked.Where(partition => _group.Owns(this, partition)))
        {
            _group.Release(partition);
        }

        _owned.RemoveAll(owned => revoked.Contains(owned.Id));
        if (revoked.Count > 0)
        {
            Monitor.PulseAll(_broker.Gate);
        }
    }

    private bool IsAssignmentStale()
    {
        var share = Share();
        return _lost.Count > 0 || _isExpelled || _owned.Any(owned => !share.Contains(owned.Id));
    }

    private HashSet<TopicPartitionId> Share() => _group.ShareOf(this, topic => _broker.Topic(topic).Partitions);

    private ReceivedMessage? TakeNext()
    {
        for (var i = 0; i < _owned.Count; i++)
        {
            var owned = _owned[_turn++ % _owned.Count];
            var log = _broker.Topic(owned.Id.Topic)[owned.Id.Partition];
            if (!owned.IsPaused && owned.Position < log.Count)
            {
                return log[(int)owned.Position++];
            }
        }

        return null;
    }

    private void SetPaused(IReadOnlyCollection<TopicPartitionId> partitions, bool isPaused)
    {
        lock (_broker.Gate)
        {
            foreach (var partition in partitions)
            {
                Owned(partition).IsPaused = isPaused;
            }
        }
    }

    private OwnedPartition Owned(TopicPartitionId partition) => _owned.Find(owned => owned.Id == partition)
        ?? throw new TransportException($"{partition} is not assigned to this member.", DeliveryFailure.Transient);

    private sealed class OwnedPartition(TopicPartitionId id, long position)
    {
        public TopicPartitionId Id { get; } = id;

        public long Position { get; set; } = position;

        public bool IsPaused { get; set; }
    }
}
