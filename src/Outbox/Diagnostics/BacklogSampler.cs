using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Operations;

namespace Outbox.Diagnostics;

/// <summary>
/// Looks at regular intervals what is in one database, so that neither a scrape nor a health check has to; not at all while nobody
/// listens or asks.
/// </summary>
internal sealed partial class BacklogSampler(
    Func<IOutboxOperations> find, BacklogSamples samples, OutboxMetrics metrics, Func<BacklogSampling> read, TimeProvider time, ILogger logger)
    : BackgroundService
{
    /// <summary>How soon somebody is noticed who begins to listen.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(1);

    private bool _hasFailed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sampling = read();
        if (sampling.Interval == TimeSpan.Zero)
        {
            return;
        }

        var operations = find();
        while (!stoppingToken.IsCancellationRequested)
        {
            var isWanted = samples.IsWanted || (sampling.ForMetrics && metrics.WatchesBacklog);
            if (isWanted)
            {
                await LookAsync(operations, stoppingToken).ConfigureAwait(false);
            }

            var pause = isWanted || sampling.Interval < Notice ? sampling.Interval : Notice;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(IOutboxOperations operations, CancellationToken cancellationToken)
    {
        try
        {
            var overview = await operations.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
            samples.Took(overview);
            metrics.Sampled(operations.ContextType, overview);
            _hasFailed = false;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // It ends.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            samples.Failed(exception is OutboxException ? exception.Message : exception.GetType().Name);
            metrics.Sampled(operations.ContextType, null);
            if (!_hasFailed)
            {
                LogFailed(exception, operations.ContextType.Name);
            }

            _hasFailed = true;
        }
    }

    [LoggerMessage(
        2800, LogLevel.Warning, "What waits in the database of {Context} could not be found out; metrics and health checks have no figures until it can.")]
    private partial void LogFailed(Exception exception, string context);
}
