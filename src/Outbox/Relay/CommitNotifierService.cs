using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Signals;

namespace Outbox.Relay;

/// <summary>
/// Tells the relays of other processes what this one commits, whether it has a relay or not: at once, then not again before the
/// interval is over. Beside the business transactions, which it can neither fail nor slow.
/// </summary>
/// <param name="find">Finds how, when the host has validated the options; null where the database has no way.</param>
/// <param name="committed">Set by every commit of this process.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes failures.</param>
internal sealed class CommitNotifierService(Func<IRelayNotifications?> find, AsyncSignal committed, TimeProvider time, ILogger logger)
    : BackgroundService
{
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(1);

    private readonly RelayBackoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), Random.Shared.NextDouble);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (find() is not { } notifications)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await NotifyAsync(notifications, stoppingToken).ConfigureAwait(false);
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await SayTheLastWordAsync(notifications).ConfigureAwait(false);
    }

    private async ValueTask<TimeSpan> NotifyAsync(IRelayNotifications notifications, CancellationToken stopping)
    {
        try
        {
            await committed.WaitAsync(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
            await notifications.NotifyAsync(stopping).ConfigureAwait(false);
            _backoff.Reset();
            return notifications.Interval;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Not told yet: it is tried again after the pause, with or without another commit.
            committed.Set();
            var pause = _backoff.Next();
            RelayLog.NotifyFailed(logger, pause, exception);
            return pause;
        }
    }

    /// <summary>What was committed just before the stop would wait for the longest poll otherwise.</summary>
    private async ValueTask SayTheLastWordAsync(IRelayNotifications notifications)
    {
        using var limit = new CancellationTokenSource(LastWordLimit, time);
        try
        {
            if (await committed.WaitAsync(TimeSpan.Zero, limit.Token).ConfigureAwait(false))
            {
                await notifications.NotifyAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            RelayLog.LastNotifyFailed(logger, exception);
        }
    }
}
