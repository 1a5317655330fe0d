namespace Outbox.Relay;

/// <summary>What a relay says of itself, for health checks. Written by the relay, read by anybody.</summary>
internal sealed class RelayStatus(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _stalledTopics = new(StringComparer.Ordinal);
    private readonly long _madeAt = time.GetTimestamp();
    private long _lastRead;

    /// <summary>Whether a session is running.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>How many buckets the relay owns.</summary>
    public int OwnedBuckets { get; set; }

    /// <summary>The last failure of the database or the transport, or null after a success.</summary>
    public string? LastError { get; private set; }

    /// <summary>How long ago the outbox was read last; null where it never was.</summary>
    public TimeSpan? SinceLastRead => _lastRead == 0 ? null : time.GetElapsedTime(Volatile.Read(ref _lastRead));

    /// <summary>How long nothing was read and no outcome was waited for, since it was made where that never was.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _lastRead) is not 0 and var last ? last : _madeAt);

    /// <summary>The topics that wait, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> StalledTopics
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, string>(_stalledTopics, StringComparer.Ordinal);
            }
        }
    }

    public void Read()
    {
        Volatile.Write(ref _lastRead, time.GetTimestamp());
        IsRunning = true;
        LastError = null;
    }

    /// <summary>It lives, but has no room to read on before outcomes come.</summary>
    public void Waits() => Volatile.Write(ref _lastRead, time.GetTimestamp());

    public void Failed(string error)
    {
        IsRunning = false;
        LastError = error;
    }

    public void Stopped() => IsRunning = false;

    public void TopicStalled(string topic, string reason)
    {
        lock (_gate)
        {
            _stalledTopics[topic] = reason;
        }
    }

    public void TopicResumed(string topic)
    {
        lock (_gate)
        {
            _stalledTopics.Remove(topic);
        }
    }
}
