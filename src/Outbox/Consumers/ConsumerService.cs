using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.Consumers;

/// <summary>Starts and stops one consumer.</summary>
internal sealed partial class ConsumerService(
    string consumer, Func<ConsumerParts> createParts, TimeProvider time, ILogger<ConsumerService> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan LastWrites = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private ConsumerParts? _parts;
    private Task _receiving = Task.CompletedTask;
    private Task _keepingOffsets = Task.CompletedTask;
    private Task _retrying = Task.CompletedTask;

    /// <exception cref="OutboxException">The consumer cannot work.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _parts = createParts();
        var (loop, _, offsets, deferral, options) = _parts;
        _receiving = Task.Factory.StartNew(
            () => loop.Run(_stopping.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _keepingOffsets = offsets.RunAsync(options.CommitInterval, _stopping.Token);
        _retrying = Task.Run(() => deferral.RunAsync(_stopping.Token), CancellationToken.None);
        LogStarted(consumer, options.Lanes);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_parts is null)
        {
            return;
        }

        try
        {
            await _receiving.WaitAsync(cancellationToken).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(LastWrites, time);
            await _parts.Lanes.CompleteAsync().WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _retrying.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _keepingOffsets.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _parts.Offsets.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Offsets that are not written make copies, which the marks recognise.
            LogStopCutShort(consumer);
        }
    }

    public void Dispose() => _stopping.Dispose();

    [LoggerMessage(5000, LogLevel.Information, "Consumer {Consumer} starts with {Lanes} lanes.")]
    private partial void LogStarted(string consumer, int lanes);

    [LoggerMessage(5001, LogLevel.Warning, "Consumer {Consumer}: the time to stop is over. What was handled last may come again and is skipped then.")]
    private partial void LogStopCutShort(string consumer);
}
