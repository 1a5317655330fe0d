using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>One consumer group. Every member is called under the broker's lock.</summary>
internal sealed class InMemoryGroup
{
    private readonly List<InMemoryReceiver> _members = [];
    private readonly Dictionary<TopicPartitionId, InMemoryReceiver> _owners = [];

    public Dictionary<TopicPartitionId, long> Committed { get; } = [];

    public IReadOnlyList<InMemoryReceiver> Members => _members;

    public void Join(InMemoryReceiver member)
    {
        if (!_members.Contains(member))
        {
            _members.Add(member);
        }
    }

    public void Leave(InMemoryReceiver member)
    {
        _members.Remove(member);
        foreach (var partition in _owners.Where(owner => owner.Value == member).Select(owner => owner.Key).ToList())
        {
            _owners.Remove(partition);
        }
    }

    public bool Owns(InMemoryReceiver member, TopicPartitionId partition) => _owners.GetValueOrDefault(partition) == member;

    public void Release(TopicPartitionId partition) => _owners.Remove(partition);

    /// <summary>Takes partitions that nobody owns. One that another member has yet to give up is taken later.</summary>
    public List<TopicPartitionId> TakeFree(InMemoryReceiver member, IEnumerable<TopicPartitionId> wanted) =>
        [.. wanted.Where(partition => _owners.TryAdd(partition, member))];

    /// <summary>The member's share: the partitions in turn among those that subscribe to their topic.</summary>
    public HashSet<TopicPartitionId> ShareOf(InMemoryReceiver member, Func<string, int> partitionsOf)
    {
        var share = new HashSet<TopicPartitionId>();
        var turn = 0;
        foreach (var topic in _members.SelectMany(other => other.Subscription.Topics).Distinct().Order(StringComparer.Ordinal))
        {
            var subscribers = _members.Where(other => other.Subscription.Topics.Contains(topic)).ToList();
            for (var partition = 0; partition < partitionsOf(topic); partition++)
            {
                if (subscribers[turn++ % subscribers.Count] == member)
                {
                    share.Add(new TopicPartitionId(topic, partition));
                }
            }
        }

        return share;
    }
}
