using Microsoft.Extensions.Logging;

namespace Outbox.Relay;

/// <summary>What the relay looks after beside sending, each in a loop of its own until cancelled.</summary>
internal sealed class RelayDuties(
    RelayParts parts, ScheduledMover scheduled, DeadRelays dead, CommitListener listener, ArchiveCleaner archive)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PausesInterval = TimeSpan.FromMilliseconds(500);

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        RepeatAsync(LookAfterParkedKeysAsync, RelayLog.ParkedKeysFailed, stopping),
        RepeatAsync(LookAfterPausesAsync, RelayLog.PausesFailed, stopping),
        RepeatAsync(listener.ListenAsync, RelayLog.ListenFailed, stopping),
        RepeatAsync(dead.TakeOverAsync, RelayLog.LivenessFailed, stopping),
        RepeatAsync(token => scheduled.MoveAsync(parts.Leases.Current, token), RelayLog.ScheduledFailed, stopping),
        RepeatAsync(token => archive.CleanAsync(parts.Leases.Current, token), RelayLog.ArchiveFailed, stopping));

    /// <summary>Fails the start where the tables cannot carry what the relay is to do.</summary>
    /// <exception cref="OutboxException">A table is missing.</exception>
    public ValueTask RequireTablesAsync(CancellationToken cancellationToken) => archive.RequireTableAsync(cancellationToken);

    private async ValueTask<TimeSpan> LookAfterParkedKeysAsync(CancellationToken stopping)
    {
        var holding = parts.Leases.Current;
        if (holding.Buckets.Count > 0)
        {
            await parts.Parked.RefreshAsync(holding, stopping).ConfigureAwait(false);
        }

        return Interval;
    }

    private async ValueTask<TimeSpan> LookAfterPausesAsync(CancellationToken stopping)
    {
        await parts.Paused.RefreshAsync(stopping).ConfigureAwait(false);
        return PausesInterval;
    }

    private async Task RepeatAsync(
        Func<CancellationToken, ValueTask<TimeSpan>> duty, Action<ILogger, TimeSpan, Exception> failed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                pause = await duty(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                failed(parts.Logger, pause, exception);
            }

            await Task.Delay(pause, parts.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
