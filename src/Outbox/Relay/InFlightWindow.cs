using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>
/// The messages that one sender has and whose outcome is open, bounded in number and bytes. Rows go in on the relay's thread,
/// outcomes come on the transport's.
/// </summary>
internal sealed class InFlightWindow : IDeliverySink
{
    private readonly Lock _gate = new();
    private readonly OutboxRow[] _rows;
    private readonly int[] _free;
    private readonly long _maxBytes;
    private readonly IAcknowledgements _acknowledgements;
    private readonly AsyncSignal _changed;
    private readonly AsyncSignal _failure;
    private readonly TimeProvider _time;
    private readonly List<FailedDelivery> _failed = [];
    private int _freeCount;
    private long _bytes;
    private bool _starved;
    private volatile bool _hasFailed;

    public InFlightWindow(int maxRows, long maxBytes, IAcknowledgements acknowledgements, AsyncSignal failure, TimeProvider time)
    {
        _rows = new OutboxRow[maxRows];
        _free = [.. Enumerable.Range(0, maxRows)];
        _freeCount = maxRows;
        _maxBytes = maxBytes;
        _acknowledgements = acknowledgements;
        _failure = failure;
        _time = time;
        _changed = new AsyncSignal(time);
    }

    /// <summary>How many outcomes are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _rows.Length - _freeCount;
            }
        }
    }

    /// <summary>Whether an outcome was a failure, so that the sender must be abandoned.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Takes a row in. False: no room; wait for a change.</summary>
    public bool TryAdd(in OutboxRow row, out long tag)
    {
        lock (_gate)
        {
            var isEmpty = _freeCount == _rows.Length;
            if (_freeCount == 0 || (_bytes + row.Size > _maxBytes && !isEmpty))
            {
                tag = -1;
                return false;
            }

            var slot = _free[--_freeCount];
            _rows[slot] = row;
            _bytes += row.Size;
            tag = slot;
            return true;
        }
    }

    /// <summary>Takes a row out again that the sender did not accept.</summary>
    public void Remove(long tag)
    {
        lock (_gate)
        {
            Release((int)tag);
        }
    }

    public void OnOutcome(long tag, in DeliveryOutcome outcome)
    {
        bool wake;
        lock (_gate)
        {
            var row = Release((int)tag);
            if (outcome.IsDelivered)
            {
                _acknowledgements.Acknowledge(row);
            }
            else
            {
                _failed.Add(new FailedDelivery(row, outcome));
                _hasFailed = true;
            }

            // One wake-up for each message would cost more than the message.
            wake = _hasFailed || _starved || _freeCount == _rows.Length;
            _starved = false;
        }

        if (wake)
        {
            _changed.Set();
            if (_hasFailed)
            {
                _failure.Set();
            }
        }
    }

    /// <summary>Waits for the next outcome, at most so long.</summary>
    public ValueTask<bool> WaitForOutcomeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _starved = true;
        }

        return _changed.WaitAsync(timeout, cancellationToken);
    }

    /// <summary>Waits until no outcome is open, one is a failure, or the time is over.</summary>
    /// <returns>Whether none is open.</returns>
    public async ValueTask<bool> DrainAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (Count > 0 && !HasFailed)
        {
            var left = timeout - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await _changed.WaitAsync(left, cancellationToken).ConfigureAwait(false);
        }

        return Count == 0;
    }

    /// <summary>The failures so far, by id.</summary>
    public IReadOnlyList<FailedDelivery> GetFailures()
    {
        lock (_gate)
        {
            return [.. _failed.OrderBy(failure => failure.Row.Id)];
        }
    }

    private OutboxRow Release(int slot)
    {
        var row = _rows[slot];
        _rows[slot] = default;
        _bytes -= row.Size;
        _free[_freeCount++] = slot;
        return row;
    }
}
