using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.Relay;

/// <summary>Watches the backlog of one database in every process that may enqueue, where it has a limit.</summary>
/// <param name="create">Makes the watch, when the host has validated the options.</param>
/// <param name="find">Finds the options, then too.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes failures.</param>
internal sealed class BacklogWatchService(Func<OutboxOptions, BacklogWatch> create, Func<OutboxOptions> find, TimeProvider time, ILogger logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var options = find();
        if (options.BacklogLimit == 0)
        {
            return;
        }

        var watch = create(options);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await watch.LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                RelayLog.BacklogUnknown(logger, options.BacklogCheckInterval, exception);
            }

            await Task.Delay(options.BacklogCheckInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
