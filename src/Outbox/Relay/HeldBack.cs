using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// What is not to be sent for now: topics that cannot be written, partitions that a message blocks, and keys of which a message is
/// being sent alone. Holding works at once; what is admitted again stays held until <see cref="TakeAdmitted"/>, the one moment at which reading can start over: a row
/// may not pass lower ones of its key that were skipped while they were held. Safe for concurrent use.
/// </summary>
internal sealed class HeldBack(RelayOptions options, RelayStatus status, PausedTopics paused, AsyncSignal wake, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Stall> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<int> _keyHashes = [];
    private readonly HashSet<int> _releasedKeyHashes = [];
    private readonly HashSet<Block> _blocks = [];
    private readonly HashSet<Block> _endedBlocks = [];
    private volatile bool _isEmpty = true; // spares a lock for each row; written under the gate

    /// <summary>Whether nothing is to be read at all.</summary>
    public bool HoldsAll => paused.All;

    /// <summary>The topics that are left out of reads.</summary>
    public IReadOnlyCollection<string> Topics
    {
        get
        {
            lock (_gate)
            {
                return _topics.Count == 0 && _blocks.Count == 0
                    ? paused.Topics
                    : [.. _topics.Where(topic => topic.Value.IsHeld).Select(topic => topic.Key)
                        .Union(_blocks.Where(block => block.Partition is null).Select(block => block.Topic))
                        .Union(paused.Topics)];
            }
        }
    }

    /// <summary>The partitions whose keys are left out of reads.</summary>
    public IReadOnlyCollection<HeldPartition> Partitions
    {
        get
        {
            lock (_gate)
            {
                return _blocks.Count == 0 ? [] : [.. _blocks.Where(block => block.Partition is not null).Select(block => block.Partition!.Value).Distinct()];
            }
        }
    }

    /// <summary>The key hashes that are left out of reads.</summary>
    public IReadOnlyCollection<int> KeyHashes
    {
        get
        {
            lock (_gate)
            {
                return _keyHashes.Count == 0 ? [] : [.. _keyHashes];
            }
        }
    }

    public bool Holds(in OutboxRow row)
    {
        if (paused.Holds(row.Topic))
        {
            return true;
        }

        if (_isEmpty)
        {
            return false;
        }

        lock (_gate)
        {
            return (_keyHashes.Count > 0 && _keyHashes.Contains(row.KeyHash))
                || (_topics.Count > 0 && _topics.TryGetValue(row.Topic, out var stall) && stall.IsHeld)
                || (_blocks.Count > 0 && IsBlocked(row, below: long.MaxValue));
        }
    }

    /// <summary>
    /// Whether a row that is sent alone has to wait: its topic is paused, or a message with a lower id blocks it. The lowest of those that
    /// block each other never waits.
    /// </summary>
    public bool HoldsAlone(in OutboxRow row)
    {
        if (paused.Holds(row.Topic))
        {
            return true;
        }

        lock (_gate)
        {
            return IsBlocked(row, below: row.Id);
        }
    }

    /// <summary>Whether a message blocks the row for longer than until the next read.</summary>
    /// <param name="row">The row.</param>
    /// <param name="without">The id of a message that counts for nothing.</param>
    public bool IsBlocked(OutboxRow row, long without)
    {
        lock (_gate)
        {
            return _blocks.Any(block => block.Id != without && block.Holds(row) && !_endedBlocks.Contains(block));
        }
    }

    /// <summary>A topic cannot be written: it waits, longer each time in a row.</summary>
    /// <returns>How long it waits.</returns>
    public TimeSpan StallTopic(string topic, string reason)
    {
        lock (_gate)
        {
            if (!_topics.TryGetValue(topic, out var stall))
            {
                _topics[topic] = stall = new Stall(new RelayBackoff(options.MinBackoff, options.MaxBackoff, Random.Shared.NextDouble));
                LookWhetherEmpty();
            }

            if (stall.IsHeld)
            {
                return TimeSpan.Zero;
            }

            var pause = stall.Backoff.Next();
            stall.HeldUntil = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
            stall.IsHeld = true;
            status.TopicStalled(topic, reason);
            return pause;
        }
    }

    /// <summary>A message of the topic was accepted or delivered: nothing is wrong with it any more.</summary>
    public void TopicWorks(string topic)
    {
        if (_isEmpty)
        {
            return;
        }

        lock (_gate)
        {
            if (_topics.Count > 0 && _topics.TryGetValue(topic, out var stall) && !stall.IsHeld)
            {
                _topics.Remove(topic);
                LookWhetherEmpty();
                status.TopicResumed(topic);
            }
        }
    }

    /// <summary>
    /// A message's partition waits until <see cref="Unblock"/>, however long that takes. Where the partition cannot be told, what the
    /// message blocks already goes on waiting, else the whole topic.
    /// </summary>
    /// <returns>What waits.</returns>
    public Block Block(in OutboxRow row, HeldPartition? partition, string reason)
    {
        lock (_gate)
        {
            var id = row.Id;
            var now = new Block(id, row.Topic, partition);
            if (partition is null && _blocks.FirstOrDefault(block => block.Id == id && !_endedBlocks.Contains(block)) is { Topic: not null } before)
            {
                now = before;
            }

            _blocks.Add(now);
            _endedBlocks.UnionWith(_blocks.Where(block => block.Id == id));
            _endedBlocks.Remove(now);
            LookWhetherEmpty();
            status.TopicStalled(now.Name, reason);
            return now;
        }
    }

    /// <summary>The message blocks nothing any more: it was sent, or is another relay's.</summary>
    public void Unblock(in OutboxRow row)
    {
        lock (_gate)
        {
            var id = row.Id;
            _endedBlocks.UnionWith(_blocks.Where(block => block.Id == id));
        }

        wake.Set();
    }

    public void HoldKey(int keyHash)
    {
        lock (_gate)
        {
            _keyHashes.Add(keyHash);
            LookWhetherEmpty();
            _releasedKeyHashes.Remove(keyHash);
        }
    }

    public void ReleaseKey(int keyHash)
    {
        lock (_gate)
        {
            _releasedKeyHashes.Add(keyHash);
        }

        wake.Set();
    }

    /// <summary>Admits resumed topics, released keys, and topics whose time is over.</summary>
    /// <returns>Whether something was admitted, so that reading must start over.</returns>
    public bool TakeAdmitted()
    {
        lock (_gate)
        {
            var admitted = paused.TakeAdmitted();
            foreach (var keyHash in _releasedKeyHashes)
            {
                admitted |= _keyHashes.Remove(keyHash);
            }

            _releasedKeyHashes.Clear();
            admitted |= EndBlocks();
            LookWhetherEmpty();
            var now = time.GetTimestamp();
            foreach (var stall in _topics.Values)
            {
                if (stall.IsHeld && now >= stall.HeldUntil)
                {
                    stall.IsHeld = false;
                    admitted = true;
                }
            }

            return admitted;
        }
    }

    /// <summary>How long until the next stall ends; null where there is none.</summary>
    public TimeSpan? UntilNextAdmission()
    {
        lock (_gate)
        {
            var held = _topics.Values.Where(stall => stall.IsHeld).ToList();
            if (held.Count == 0)
            {
                return null;
            }

            var ticks = Math.Max(0, held.Min(stall => stall.HeldUntil) - time.GetTimestamp());
            return TimeSpan.FromSeconds(Math.Min(options.MaxBackoff.TotalSeconds, (double)ticks / time.TimestampFrequency));
        }
    }

    private bool EndBlocks()
    {
        var admitted = _endedBlocks.Count > 0;
        foreach (var block in _endedBlocks)
        {
            _blocks.Remove(block);
            if (!_topics.ContainsKey(block.Name) && !_blocks.Any(other => other.Name == block.Name))
            {
                status.TopicResumed(block.Name);
            }
        }

        _endedBlocks.Clear();
        return admitted;
    }

    private bool IsBlocked(in OutboxRow row, long below)
    {
        foreach (var block in _blocks)
        {
            if (block.Id < below && block.Holds(row))
            {
                return true;
            }
        }

        return false;
    }

    private void LookWhetherEmpty() => _isEmpty = _topics.Count == 0 && _keyHashes.Count == 0 && _blocks.Count == 0;

    private sealed class Stall(RelayBackoff backoff)
    {
        public RelayBackoff Backoff { get; } = backoff;

        public long HeldUntil { get; set; }

        public bool IsHeld { get; set; }
    }
}
