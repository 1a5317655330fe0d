using Microsoft.Extensions.Logging;

namespace Outbox.Handling;

/// <summary>
/// Keeps a failing dependency from turning a whole topic into deferred messages. When too many messages in a row have failed, nothing
/// is tried for a while, then one message alone: its success lets everything go on, its failure makes the next break longer. Only
/// failures of handlers count. Safe for concurrent use.
/// </summary>
internal sealed partial class ConsumerCircuit(
    string consumer, CircuitLimits limits, HandlingEvents events, TimeProvider time, ILogger<ConsumerCircuit> logger)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private int _failures;
    private int _breaks;
    private long _openedAt;
    private TimeSpan _break;
    private bool _isProbing;

    /// <summary>Whether messages are tried without further ado.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _breaks == 0;
            }
        }
    }

    /// <summary>Whether nothing is to be received now. When the break is over, messages come again, for one of them is the probe.</summary>
    public bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _breaks > 0 && !_isProbing && Left() > TimeSpan.Zero;
            }
        }
    }

    /// <summary>Waits for the leave to try a message.</summary>
    public async ValueTask<CircuitPermit> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task changed;
            TimeSpan wait;
            lock (_gate)
            {
                if (TryEnter(out var permit))
                {
                    return permit;
                }

                changed = _changed.Task;
                wait = _isProbing ? Timeout.InfiniteTimeSpan : Left();
            }

            await changed.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The leave to try a message, if there is one now.</summary>
    public bool TryEnter(out CircuitPermit permit)
    {
        lock (_gate)
        {
            permit = new CircuitPermit(_breaks > 0);
            if (!permit.IsProbe)
            {
                return true;
            }

            if (_isProbing || Left() > TimeSpan.Zero)
            {
                return false;
            }

            _isProbing = true;
            return true;
        }
    }

    /// <summary>A try has ended: well, with its message's fault, or (neither) without telling anything about the handlers.</summary>
    public void OnEnd(CircuitPermit permit, bool isHandled, Exception? fault)
    {
        if (isHandled)
        {
            OnSucceeded(permit);
        }
        else if (fault is not null and not MessageFormatException)
        {
            OnFailed(permit);
        }
        else
        {
            OnNothing(permit);
        }
    }

    /// <summary>A message was handled, or several.</summary>
    public void OnSucceeded(CircuitPermit permit)
    {
        lock (_gate)
        {
            if (_breaks == 0)
            {
                _failures = 0;
            }
            else if (permit.IsProbe)
            {
                (_failures, _breaks, _isProbing) = (0, 0, false);
                events.OnCircuit(isOpen: false);
                LogClosed(consumer);
                Signal();
            }
        }
    }

    private void OnFailed(CircuitPermit permit)
    {
        lock (_gate)
        {
            if (permit.IsProbe)
            {
                Open();
            }
            else if (_breaks == 0 && ++_failures >= limits.Failures && limits.Failures > 0)
            {
                events.OnCircuit(isOpen: true);
                Open();
                LogOpened(consumer, _failures, _break);
            }
        }
    }

    private void OnNothing(CircuitPermit permit)
    {
        // Another message may be the probe.
        lock (_gate)
        {
            if (permit.IsProbe)
            {
                _isProbing = false;
                Signal();
            }
        }
    }

    private void Open()
    {
        _isProbing = false;
        _break = limits.Breaks.After(++_breaks);
        _openedAt = time.GetTimestamp();
        Signal();
    }

    private TimeSpan Left() => _break - time.GetElapsedTime(_openedAt);

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(
        6020,
        LogLevel.Error,
        "Consumer {Consumer}: {Failures} messages in a row have failed. Nothing is handled for {Break}, then one message is tried; partitions are paused meanwhile.")]
    private partial void LogOpened(string consumer, int failures, TimeSpan @break);

    [LoggerMessage(6021, LogLevel.Information, "Consumer {Consumer}: a message was handled again; everything goes on.")]
    private partial void LogClosed(string consumer);
}
