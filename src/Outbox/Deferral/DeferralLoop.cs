using Microsoft.Extensions.Logging;
using Outbox.Handling;
using Outbox.Storage;

namespace Outbox.Deferral;

/// <summary>Decides when one consumer's deferred messages are looked for.</summary>
internal sealed partial class DeferralLoop(
    DeferralCycle cycle,
    IDeferredStore store,
    DeferralSignal signal,
    string consumer,
    IReadOnlyList<string> topics,
    TimeSpan interval,
    TimeProvider time,
    ILogger<DeferralLoop> logger)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(10);
    private static readonly ExponentialBackoff FailedAgain = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    /// <summary>Looks until cancelled, then waits for what runs, which ends with its partition.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var failures = 0;
        long? reported = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (reported is not { } last || time.GetElapsedTime(last) >= ReportInterval)
                {
                    await ReportStrandedAsync(stopping).ConfigureAwait(false);
                    reported = time.GetTimestamp();
                }

                await cycle.TurnAsync(stopping).ConfigureAwait(false);
                failures = 0;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                LogTurnFailed(exception, consumer, ++failures);
            }
            catch (Exception)
            {
                break;
            }

            await WaitAsync(failures, stopping).ConfigureAwait(false);
        }

        await cycle.CompleteAsync().ConfigureAwait(false);
    }

    private async Task WaitAsync(int failures, CancellationToken stopping)
    {
        try
        {
            if (failures > 0)
            {
                await Task.Delay(FailedAgain.After(failures), time, stopping).ConfigureAwait(false);
            }
            else if (signal.TakeWait(interval) is var wait && wait > TimeSpan.Zero)
            {
                await signal.WaitAsync(wait, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Messages of topics that are not subscribed any more belong to no partition that anybody owns.</summary>
    private async Task ReportStrandedAsync(CancellationToken cancellationToken)
    {
        foreach (var (topic, count) in await store.CountTopicsAsync(consumer, cancellationToken).ConfigureAwait(false))
        {
            if (!topics.Contains(topic))
            {
                LogStranded(consumer, count, topic);
            }
        }
    }

    [LoggerMessage(8020, LogLevel.Warning, "Consumer {Consumer}: deferred messages could not be read, {Failures} times in a row. They are looked for again.")]
    private partial void LogTurnFailed(Exception exception, string consumer, int failures);

    [LoggerMessage(
        8021,
        LogLevel.Warning,
        "Consumer {Consumer}: {Count} deferred messages of {Topic} wait for nobody, because it is not subscribed any more. Subscribe it again until they are done, or discard them.")]
    private partial void LogStranded(string consumer, long count, string topic);
}
