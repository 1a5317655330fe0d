namespace Outbox.Signals;

/// <summary>
/// Tells the relay of this process that something was committed. Many signals before a wait count as one. A hint only: the relay's
/// poll is enough for correctness.
/// </summary>
internal sealed class RelayWakeup(TimeProvider time)
{
    private volatile TaskCompletionSource _signal = NewSignal();

    /// <summary>Ends the current wait, or the next one at once. Never blocks.</summary>
    public void Signal() => _signal.TrySetResult();

    /// <summary>Waits for a signal or for the time to pass.</summary>
    /// <returns>Whether there was a signal.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var signal = _signal;
        try
        {
            await signal.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }

        // A signal between the two lines is not lost: the caller looks into the outbox after this call in any case.
        _signal = NewSignal();
        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
