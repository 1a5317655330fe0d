namespace Outbox.Handling.Chunks;

/// <summary>The limit of time for one call after the other, with one timer for all that end in time. Used by one caller at a time.</summary>
internal sealed class HandlerLimit(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private CancellationTokenSource? _timer;
    private CancellationTokenSource? _linked;

    /// <summary>Whether the current call took too long.</summary>
    public bool IsOver => _timer is { IsCancellationRequested: true };

    /// <summary>Begins a call.</summary>
    /// <returns>Cancelled when the call's time is over, and with everything.</returns>
    public CancellationToken Begin()
    {
        // Not TryReset: it would cut the linked source off.
        if (_timer is null or { IsCancellationRequested: true })
        {
            Dispose();
            _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer.Token);
        }

        _timer.CancelAfter(timeout);
        return _linked!.Token;
    }

    /// <summary>Ends a call that was in time.</summary>
    public void End() => _timer?.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _linked?.Dispose();
        _timer?.Dispose();
    }
}
