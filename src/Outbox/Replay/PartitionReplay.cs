using Microsoft.Extensions.Logging;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>
/// Works on one claimed partition until its end, or until the claim is lost, the replay cancelled or the instance stopped: reads a
/// batch, handles it, stores how far it came. What was handled and not stored is recognised by its marks.
/// </summary>
internal sealed partial class PartitionReplay(
    string consumer, ReplayClaim claim, ITopicLog log, ReplayBatch batch, ReplayLeases leases, TimeProvider time, ILogger<PartitionReplay> logger)
{
    /// <summary>How long a claim holds without being renewed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private const int MostMessages = 1_000;
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(5);

    /// <summary>Throws nothing.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var working = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = RenewAsync(working);
        try
        {
            LogBegins(consumer, claim.ReplayId, claim.Topic, claim.Partition, claim.NextOffset, claim.EndOffset);
            await WorkAsync(working.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!working.IsCancellationRequested)
        {
            LogInterrupted(exception, consumer, claim.ReplayId, claim.Topic, claim.Partition, AfterFailure);
            await TellAsync(exception, working.Token).ConfigureAwait(false);
            await Task.Delay(AfterFailure, time, working.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception exception)
        {
            LogEnded(exception, consumer, claim.ReplayId, claim.Topic, claim.Partition);
        }

        await working.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        using var reader = log.OpenReader(new TopicPartitionId(claim.Topic, claim.Partition), claim.NextOffset, claim.EndOffset);
        var most = Math.Min(MostMessages, claim.MaxPerSecond ?? MostMessages);
        for (var next = claim.NextOffset; next < claim.EndOffset;)
        {
            var started = time.GetTimestamp();
            var read = await reader.ReadAsync(most, ReadTimeout, cancellationToken).ConfigureAwait(false);
            if (read.NextOffset == next)
            {
                continue;
            }

            var step = await batch.HandleAsync(read, cancellationToken).ConfigureAwait(false);
            if (!await AdvanceAsync(step, cancellationToken).ConfigureAwait(false))
            {
                LogLost(consumer, claim.ReplayId, claim.Topic, claim.Partition);
                return;
            }

            next = read.NextOffset;
            await SlowDownAsync(step, time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tries for as long as the claim holds: what is not counted now would be counted as skipped later.</summary>
    private async Task<bool> AdvanceAsync(ReplayStep step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await leases.AdvanceAsync(claim, step, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogNotWritten(exception, consumer, claim.ReplayId, claim.Topic, claim.Partition);
                await Task.Delay(AfterRefusal, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SlowDownAsync(ReplayStep step, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (claim.MaxPerSecond is { } most && TimeSpan.FromSeconds((double)(step.Handled + step.Failed) / most) - elapsed is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps the claim; when it is lost, or cannot be renewed for as long as it holds, the work is cancelled.</summary>
    private async Task RenewAsync(CancellationTokenSource working)
    {
        var renewed = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Renewal, time, working.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (working.IsCancellationRequested)
            {
                return;
            }

            var asked = time.GetTimestamp();
            try
            {
                if (!await leases.RenewAsync(claim, Lease, working.Token).ConfigureAwait(false))
                {
                    LogLost(consumer, claim.ReplayId, claim.Topic, claim.Partition);
                    await working.CancelAsync().ConfigureAwait(false);
                    return;
                }

                renewed = asked;
            }
            catch (Exception exception) when (!working.IsCancellationRequested)
            {
                LogNotWritten(exception, consumer, claim.ReplayId, claim.Topic, claim.Partition);
                if (time.GetElapsedTime(renewed) > Lease - Renewal)
                {
                    await working.CancelAsync().ConfigureAwait(false);
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Lets those who look at the replay see why it does not go on.</summary>
    private async Task TellAsync(Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not TransportException { Failure: not DeliveryFailure.Transient })
        {
            return;
        }

        try
        {
            await leases.TellAsync(claim, $"{exception.GetType().Name}: {exception.Message}", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotWritten(failure, consumer, claim.ReplayId, claim.Topic, claim.Partition);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(LastWrite, time);
        try
        {
            await leases.ReleaseAsync(claim, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogNotReleased(exception, consumer, claim.ReplayId, claim.Topic, claim.Partition, Lease);
        }
    }

    [LoggerMessage(11020, LogLevel.Information, "Consumer {Consumer}, replay {ReplayId}: {Topic}, partition {Partition} from offset {From} up to {Until}.")]
    private partial void LogBegins(string consumer, Guid replayId, string topic, int partition, long from, long until);

    [LoggerMessage(11021, LogLevel.Warning, "Consumer {Consumer}, replay {ReplayId}: {Topic}, partition {Partition} is interrupted and taken up again after {Wait}.")]
    private partial void LogInterrupted(Exception error, string consumer, Guid replayId, string topic, int partition, TimeSpan wait);

    [LoggerMessage(11022, LogLevel.Debug, "Consumer {Consumer}, replay {ReplayId}: {Topic}, partition {Partition} is let go of.")]
    private partial void LogEnded(Exception error, string consumer, Guid replayId, string topic, int partition);

    [LoggerMessage(11023, LogLevel.Information, "Consumer {Consumer}, replay {ReplayId}: {Topic}, partition {Partition} is another instance's now, or the replay was cancelled.")]
    private partial void LogLost(string consumer, Guid replayId, string topic, int partition);

    [LoggerMessage(11024, LogLevel.Warning, "Consumer {Consumer}, replay {ReplayId}: the state of {Topic}, partition {Partition} could not be written.")]
    private partial void LogNotWritten(Exception error, string consumer, Guid replayId, string topic, int partition);

    [LoggerMessage(11025, LogLevel.Warning, "Consumer {Consumer}, replay {ReplayId}: {Topic}, partition {Partition} could not be given up; it is free again after {Lease}.")]
    private partial void LogNotReleased(Exception error, string consumer, Guid replayId, string topic, int partition, TimeSpan lease);
}
