using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Dashboard.Showing;
using Outbox.Operations;

namespace Outbox.Dashboard.Serving;

/// <summary>Looks now and then what waits, for the overview's charts. Costs a bounded number of small queries each time.</summary>
internal sealed partial class BacklogHistoryService(IServiceProvider services, ILogger<BacklogHistoryService> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Type, BacklogHistory> _histories = new();
    private readonly TimeProvider _time = services.GetService<TimeProvider>() ?? TimeProvider.System;

    /// <summary>The history of one context; from the first call on it is looked at.</summary>
    public BacklogHistory Of(Type contextType) => _histories.GetOrAdd(contextType, static _ => new BacklogHistory());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var (contextType, history) in _histories)
            {
                await LookAsync(contextType, history, stoppingToken).ConfigureAwait(false);
            }

            await Task.Delay(BacklogHistory.Interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(Type contextType, BacklogHistory history, CancellationToken cancellationToken)
    {
        try
        {
            history.Add(await services.GetRequiredKeyedService<IOutboxOperations>(contextType).GetOverviewAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not OutOfMemoryException)
        {
            // Pages say what is wrong; here a point is missing.
            LogNoPoint(exception, contextType.Name);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // It ends.
        }
    }

    [LoggerMessage(14004, LogLevel.Debug, "What waits in the database of {Context} could not be found out for the dashboard's charts.")]
    private partial void LogNoPoint(Exception exception, string context);
}
