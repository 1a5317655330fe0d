using Outbox.Signals;

namespace Outbox.Deferral;

/// <summary>Tells the loop of this process when it has something to do earlier than at its next look. A hint: the look alone is enough.</summary>
internal sealed class DeferralSignal(TimeProvider time) : AsyncSignal(time)
{
    private readonly TimeProvider _time = time;
    private readonly Lock _gate = new();
    private DateTimeOffset? _due;

    /// <summary>Something is due after a while.</summary>
    public void DueIn(TimeSpan delay)
    {
        lock (_gate)
        {
            var due = _time.GetUtcNow() + delay;
            if (_due is { } known && known <= due)
            {
                return;
            }

            _due = due;
        }

        Set();
    }

    /// <summary>How long nothing is known to be due, at most so long; what is due now is forgotten.</summary>
    public TimeSpan TakeWait(TimeSpan longest)
    {
        lock (_gate)
        {
            if (_due is not { } due)
            {
                return longest;
            }

            var wait = due - _time.GetUtcNow();
            if (wait <= TimeSpan.Zero)
            {
                _due = null;
                return TimeSpan.Zero;
            }

            return wait < longest ? wait : longest;
        }
    }
}
