namespace Outbox.Signals;

/// <summary>
/// Wakes one waiter. Signals before a wait count as one. The waiter looks at the state it waits for after every wait, so that a
/// signal which comes while it works is never lost.
/// </summary>
internal class AsyncSignal(TimeProvider time)
{
    private volatile TaskCompletionSource _signal = NewSignal();

    /// <summary>Ends the current wait, or the next one at once. Never blocks.</summary>
    public void Set() => _signal.TrySetResult();

    /// <summary>Waits for a signal or for the time to pass.</summary>
    /// <returns>Whether there was a signal.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var signal = _signal;
        if (!signal.Task.IsCompleted)
        {
            // A timeout is the ordinary case here: it must not cost a thrown exception.
            await signal.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (!signal.Task.IsCompleted)
        {
            return false;
        }

        _signal = NewSignal();
        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
