using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.Inbox;

/// <summary>Decides when old marks are removed.</summary>
internal sealed partial class InboxCleanerService(
    InboxCleaner cleaner, string consumer, Func<ConsumerOptions> options, TimeProvider time, ILogger<InboxCleanerService> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var current = options();
            await Task.Delay(current.InboxCleanupInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                var removed = await cleaner.RemoveAsync(current.InboxRetention, stoppingToken).ConfigureAwait(false);
                LogRemoved(consumer, removed);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception, consumer);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(9520, LogLevel.Debug, "Consumer {Consumer}: {Removed} old inbox marks removed.")]
    private partial void LogRemoved(string consumer, int removed);

    [LoggerMessage(9521, LogLevel.Warning, "Consumer {Consumer}: old inbox marks could not be removed; it is tried again later.")]
    private partial void LogFailed(Exception exception, string consumer);
}
