using Outbox.Diagnostics;
using Outbox.Handling;

namespace Outbox.Consumers;

/// <summary>What a consumer's instance says of itself, for metrics and health checks. Written by its receiving thread, read by anybody.</summary>
internal sealed class ConsumerStatus(string name, HandlingEvents events, TimeProvider time)
{
    private volatile IReadOnlyList<PartitionLag> _lag = [];
    private volatile string? _error;
    private long _lastTurn;
    private long _unassignedSince;

    /// <summary>The consumer.</summary>
    public string Name => name;

    /// <summary>The partitions that it receives, each with its lag.</summary>
    public IReadOnlyList<PartitionLag> Lag => _lag;

    /// <summary>Whether it pauses because messages failed on and on.</summary>
    public bool IsCircuitOpen => events.IsCircuitOpen;

    /// <summary>The last failure to receive, or null after a success.</summary>
    public string? Error => _error;

    /// <summary>How long ago it was asked for messages with success, or began where that never was; null before it begins.</summary>
    public TimeSpan? Silence => Since(ref _lastTurn);

    /// <summary>For how long it has had no partition; null where it has one, or before it begins.</summary>
    public TimeSpan? Unassigned => Since(ref _unassignedSince);

    public void Started()
    {
        Volatile.Write(ref _lastTurn, time.GetTimestamp());
        Volatile.Write(ref _unassignedSince, time.GetTimestamp());
    }

    public void Turned(IReadOnlyList<PartitionLag> lag)
    {
        Volatile.Write(ref _lastTurn, time.GetTimestamp());
        if (lag.Count > 0)
        {
            Volatile.Write(ref _unassignedSince, 0);
        }
        else if (Volatile.Read(ref _unassignedSince) == 0)
        {
            Volatile.Write(ref _unassignedSince, time.GetTimestamp());
        }

        _lag = lag;
    }

    public void Recovered()
    {
        if (_error is not null)
        {
            _error = null;
        }
    }

    public void Failed(string error) => _error = error;

    public void Stopped()
    {
        _lag = [];
        _error = null;
        Volatile.Write(ref _lastTurn, 0);
        Volatile.Write(ref _unassignedSince, 0);
    }

    public ConsumerFigures Read() => new(
        [
            ("handled", events.Handled), ("duplicate", events.Duplicates), ("deferred", events.Deferred),
            ("dead-lettered", events.DeadLettered), ("skipped", events.Skipped),
        ],
        events.Retried,
        events.Held,
        events.IsCircuitOpen,
        _lag);

    private TimeSpan? Since(ref long timestamp) => Volatile.Read(ref timestamp) is not 0 and var then ? time.GetElapsedTime(then) : null;
}
