using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.Replay;

/// <summary>Decides when one consumer's replays are worked on. Several instances take partitions in turn.</summary>
internal sealed partial class ReplayService(
    string consumer, Func<ReplayParts?> createParts, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private const int MostPartitions = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger<ReplayService>();
    private readonly Guid _owner = Guid.NewGuid();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (createParts() is not { } parts)
        {
            return;
        }

        var running = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(task => task.IsCompleted);
            if (running.Count < MostPartitions && await TakeAsync(parts, stoppingToken).ConfigureAwait(false) is { } taken)
            {
                running.Add(taken);
            }

            // A pause after each claim lets other instances have theirs.
            var pause = Task.Delay(Interval, time, stoppingToken);
            await Task.WhenAny([pause, .. running]).ConfigureAwait(false);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <returns>The work that was begun; null where there is none.</returns>
    private async Task<Task?> TakeAsync(ReplayParts parts, CancellationToken stoppingToken)
    {
        try
        {
            if (await parts.Leases.ClaimAsync(consumer, _owner, PartitionReplay.Lease, stoppingToken).ConfigureAwait(false) is { } claim)
            {
                var work = new PartitionReplay(
                    consumer, claim, parts.Log, parts.CreateBatch(claim), parts.Leases, time, loggers.CreateLogger<PartitionReplay>());
                return work.RunAsync(stoppingToken);
            }

            await TidyAsync(parts, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(exception, consumer, Interval);
        }
        catch (Exception)
        {
            // Stopping.
        }

        return null;
    }

    private async Task TidyAsync(ReplayParts parts, CancellationToken cancellationToken)
    {
        if (await parts.Leases.FindUntidyAsync(consumer, cancellationToken).ConfigureAwait(false) is { } finished)
        {
            await parts.Marks.RemoveAsync(ReplayScope.Again(finished), cancellationToken).ConfigureAwait(false);
            await parts.Leases.SetTidyAsync(finished, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(11000, LogLevel.Warning, "Consumer {Consumer}: replays could not be looked for; it is tried again after {Interval}.")]
    private partial void LogFailed(Exception error, string consumer, TimeSpan interval);
}
