using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>
/// The messages that one sender has and whose outcome is open, bounded in number and bytes. Rows go in on the relay's thread,
/// outcomes come on the transport's. Each place of the table belongs to one side at a time, so that the two seldom meet at the lock:
/// places come free under it, and the relay's thread takes all free ones at once when it has none left.
/// </summary>
internal sealed class InFlightWindow : IDeliverySink
{
    private readonly Lock _gate = new();
    private readonly OutboxRow[] _rows;
    private readonly int[] _free;
    private readonly int[] _taken; // places for the next rows, of the relay's thread alone
    private readonly long _maxBytes;
    private readonly IAcknowledgements _acknowledgements;
    private readonly AsyncSignal _changed;
    private readonly AsyncSignal _failure;
    private readonly TimeProvider _time;
    private readonly List<FailedDelivery> _failed = [];
    private int _freeCount;
    private int _takenCount;
    private long _bytesAdded; // of the relay's thread alone
    private long _bytesReleased;
    private long _bytesSeenReleased; // of the relay's thread alone
    private bool _starved;
    private volatile bool _hasFailed;

    public InFlightWindow(int maxRows, long maxBytes, IAcknowledgements acknowledgements, AsyncSignal failure, TimeProvider time)
    {
        _rows = new OutboxRow[maxRows];
        _free = [.. Enumerable.Range(0, maxRows)];
        _freeCount = maxRows;
        _taken = new int[maxRows];
        _maxBytes = maxBytes;
        _acknowledgements = acknowledgements;
        _failure = failure;
        _time = time;
        _changed = new AsyncSignal(time);
    }

    /// <summary>Measures how long outcomes take; null for not.</summary>
    public SendProbe? Probe { get; init; }

    /// <summary>How many outcomes are open. Asked by the relay's thread.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _rows.Length - _freeCount - _takenCount;
            }
        }
    }

    /// <summary>Whether an outcome was a failure, so that the sender must be abandoned.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Takes a row in. False: no room; wait for a change.</summary>
    public bool TryAdd(in OutboxRow row, out long tag)
    {
        tag = -1;
        var size = row.Size;
        if ((_takenCount == 0 || !HasRoomFor(size)) && !TakeFree(size))
        {
            return false;
        }

        var place = _taken[--_takenCount];
        _rows[place] = row;
        _bytesAdded += size;
        tag = place;
        Probe?.Begin(place);
        return true;
    }

    /// <summary>Takes a row out again that the sender did not accept. Called by the relay's thread.</summary>
    public void Remove(long tag)
    {
        Probe?.Forget(tag);
        _bytesAdded -= _rows[tag].Size;
        _rows[tag] = default;
        _taken[_takenCount++] = (int)tag;
    }

    public void OnOutcome(long tag, in DeliveryOutcome outcome)
    {
        // Until it is given back below, the place is this outcome's alone. Acknowledged first: whoever finds nothing in flight waits for
        // the deletes of all that was.
        ref var row = ref _rows[tag];
        Probe?.End(tag, row.Topic, outcome);
        if (outcome.IsDelivered)
        {
            _acknowledgements.Acknowledge(row, outcome);
        }

        bool wake;
        lock (_gate)
        {
            if (!outcome.IsDelivered)
            {
                _failed.Add(new FailedDelivery(row, outcome));
                _hasFailed = true;
            }

            _bytesReleased += row.Size;
            row = default;
            _free[_freeCount++] = (int)tag;

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
        GiveTakenBack();
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

    private bool HasRoomFor(int size)
    {
        var bytes = _bytesAdded - _bytesSeenReleased;
        return bytes + size <= _maxBytes || bytes == 0;
    }

    private bool TakeFree(int size)
    {
        lock (_gate)
        {
            _bytesSeenReleased = _bytesReleased;
            if (_takenCount == 0)
            {
                Array.Copy(_free, _taken, _freeCount);
                (_takenCount, _freeCount) = (_freeCount, 0);
            }

            // Said under the lock, or the outcome that makes room could come before the wait for it, unnoticed.
            var hasRoom = _takenCount > 0 && HasRoomFor(size);
            _starved |= !hasRoom;
            return hasRoom;
        }
    }

    /// <summary>So that the last outcome finds every place free, and wakes who waits for it.</summary>
    private void GiveTakenBack()
    {
        lock (_gate)
        {
            Array.Copy(_taken, 0, _free, _freeCount, _takenCount);
            _freeCount += _takenCount;
            _takenCount = 0;
        }
    }
}
