namespace Outbox.Handling;

/// <summary>What happens to one consumer's messages, counted: the place where metrics plug in. Safe for concurrent use.</summary>
internal sealed class HandlingEvents
{
    private long _handled;
    private long _duplicates;
    private long _retried;
    private long _deadLettered;
    private long _deferred;
    private long _skipped;
    private long _held;
    private long _circuitOpenings;
    private volatile bool _isCircuitOpen;

    /// <summary>Measures the handlers' calls; null for not.</summary>
    public HandlerMeter? Meter { get; init; }

    /// <summary>Messages whose handler ran and committed.</summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>Messages that were marked before, and skipped.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>Handler calls after a message's first.</summary>
    public long Retried => Interlocked.Read(ref _retried);

    /// <summary>Messages given up.</summary>
    public long DeadLettered => Interlocked.Read(ref _deadLettered);

    /// <summary>Messages put off: to be tried again, or behind another of their key.</summary>
    public long Deferred => Interlocked.Read(ref _deferred);

    /// <summary>Messages brought back for another group.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>How often a lane had to wait because nothing could be written, not even a dead letter.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>How often the circuit has opened because messages failed on and on.</summary>
    public long CircuitOpenings => Interlocked.Read(ref _circuitOpenings);

    /// <summary>Whether it is open now: at most one message is tried at a time.</summary>
    public bool IsCircuitOpen => _isCircuitOpen;

    public void OnSettled(HandlingOutcome outcome) => Interlocked.Increment(ref Counter(outcome));

    public void OnRetried() => Interlocked.Increment(ref _retried);

    public void OnHeld() => Interlocked.Increment(ref _held);

    public void OnCircuit(bool isOpen)
    {
        _isCircuitOpen = isOpen;
        if (isOpen)
        {
            Interlocked.Increment(ref _circuitOpenings);
        }
    }

    private ref long Counter(HandlingOutcome outcome)
    {
        switch (outcome)
        {
            case HandlingOutcome.Handled:
                return ref _handled;
            case HandlingOutcome.Duplicate:
                return ref _duplicates;
            case HandlingOutcome.Deferred:
                return ref _deferred;
            case HandlingOutcome.Skipped:
                return ref _skipped;
            default:
                return ref _deadLettered;
        }
    }
}
