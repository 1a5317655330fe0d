using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// What is not to be sent for now: topics that cannot be written, and keys of which a message is being sent alone. Holding works at
/// once; what is admitted again stays held until <see cref="TakeAdmitted"/>, the one moment at which reading can start over: a row
/// may not pass lower ones of its key that were skipped while they were held. Safe for concurrent use.
/// </summary>
internal sealed class HeldBack(RelayOptions options, RelayStatus status, PausedTopics paused, AsyncSignal wake, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Stall> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<int> _keyHashes = [];
    private readonly HashSet<int> _releasedKeyHashes = [];
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
                return _topics.Count == 0
                    ? paused.Topics
                    : [.. _topics.Where(topic => topic.Value.IsHeld).Select(topic => topic.Key).Union(paused.Topics)];
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

    /// <summary>Whether an operator paused the topic.</summary>
    public bool IsPaused(string topic) => paused.Holds(topic);

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
                || (_topics.Count > 0 && _topics.TryGetValue(row.Topic, out var stall) && stall.IsHeld);
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

    /// <summary>A topic waits until <see cref="UnblockTopic"/>, however long that takes.</summary>
    public void BlockTopic(string topic, string reason)
    {
        StallTopic(topic, reason);
        lock (_gate)
        {
            _topics[topic].HeldUntil = long.MaxValue;
        }
    }

    /// <summary>The message that blocked the topic was sent.</summary>
    public void UnblockTopic(string topic)
    {
        lock (_gate)
        {
            if (_topics.TryGetValue(topic, out var stall) && stall.HeldUntil == long.MaxValue)
            {
                stall.HeldUntil = time.GetTimestamp();
            }
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

    private void LookWhetherEmpty() => _isEmpty = _topics.Count == 0 && _keyHashes.Count == 0;

    private sealed class Stall(RelayBackoff backoff)
    {
        public RelayBackoff Backoff { get; } = backoff;

        public long HeldUntil { get; set; }

        public bool IsHeld { get; set; }
    }
}
