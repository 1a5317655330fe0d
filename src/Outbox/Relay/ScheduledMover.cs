using Outbox.CrashPoints;
using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>Moves messages that are due to the waiting ones, and wakes the relay for them.</summary>
internal sealed class ScheduledMover(IScheduledStore store, AsyncSignal wake, TimeSpan pollInterval)
{
    /// <summary>One transaction each, so that a renewal of the leases waits for no more than this.</summary>
    private const int BatchSize = 5_000;

    /// <summary>Messages with an earlier due time may be committed at any moment.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Moves everything of the owned buckets that is due.</summary>
    /// <returns>When to look again.</returns>
    public async ValueTask<TimeSpan> MoveAsync(LeaseHolding holding, CancellationToken cancellationToken)
    {
        while (holding.Buckets.Count > 0 && await store.GetUntilNextAsync(holding.Buckets, cancellationToken).ConfigureAwait(false) is { } next)
        {
            if (next > TimeSpan.Zero)
            {
                return next < LongestPause ? next : LongestPause;
            }

            if (await store.MoveDueAsync(holding.Buckets.Total, [.. holding.Leases.Values], BatchSize, cancellationToken).ConfigureAwait(false) == 0)
            {
                // Another has the bucket now, or its row is locked.
                return pollInterval;
            }

            CrashHook.Reach(CrashPoint.ScheduleCommitted);
            wake.Set();
        }

        return LongestPause;
    }
}
