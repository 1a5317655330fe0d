using Microsoft.Extensions.Logging;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// Keeps one relay going: its leases, its settlement, its suspects, and one session after the other with a pause after each failure.
/// </summary>
internal sealed class RelayRunner(
    RelayParts parts, RelayDuties duties, BucketSeed seed, RelayIdentity relay)
    : IDisposable
{
    private readonly CancellationTokenSource _disposing = new();
    private readonly RelayBackoff _backoff = new(parts.Options.MinBackoff, parts.Options.MaxBackoff, Random.Shared.NextDouble);
    private IOutboxReader? _reader;
    private bool _prepared;
    private bool _isDisposed;

    /// <summary>Makes the buckets' rows. A database that is away, and relays that still have another number of them, are waited for later.</summary>
    /// <exception cref="OutboxException">The tables are missing, or another number of buckets is installed.</exception>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await duties.RequireTablesAsync(cancellationToken).ConfigureAwait(false);
            _prepared = await seed.IsDoneAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutboxException && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // Drivers end calls that take too long as if they had been cancelled.
            Failed(exception);
        }
    }

    /// <summary>Relays until cancelled or disposed, then waits for acknowledgements within the stop's bound and gives the leases back.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _disposing.Token);
        var stopping = either.Token;
        RelayLog.Started(parts.Logger, relay.RelayId, relay.Host);
        while (!_prepared && !stopping.IsCancellationRequested)
        {
            await PauseAsync(seed.IsWaiting ? BucketSeed.Pause : _backoff.Next(), stopping).ConfigureAwait(false);
            await PrepareAsync(stopping).ConfigureAwait(false);
        }

        // These go on while the last session ends: it still needs its leases, and its acknowledged rows deleted.
        using var background = new CancellationTokenSource();
        var tasks = new[]
        {
            parts.Leases.RunAsync(background.Token),
            parts.Settlement.RunAsync(background.Token),
            parts.Suspects.RunAsync(stopping),
            duties.RunAsync(stopping),
        };
        try
        {
            await RelayAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            await tasks[2].ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await LeaveAsync(background).ConfigureAwait(false);

            // Only now: with the reader goes the sign of life, and others could take rows that are acknowledged and not yet deleted.
            await CloseReaderAsync().ConfigureAwait(false);
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            parts.Status.Stopped();
        }
    }

    /// <summary>
    /// Ends a run that is under way, without a wait: where a host is disposed and was not stopped, this comes before the services that
    /// the run uses are disposed, and whatever becomes of those.
    /// </summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _disposing.Cancel();
            _disposing.Dispose();
            parts.Leases.Dispose();
            parts.Parked.Dispose();
        }
    }

    private async Task RelayAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var reader = _reader ??= await OpenReaderAsync(stopping).ConfigureAwait(false);
                var started = parts.Time.GetTimestamp();
                var end = await new RelaySession(parts, reader).RunAsync(stopping).ConfigureAwait(false);
                if (parts.Time.GetElapsedTime(started) > parts.Options.MaxBackoff)
                {
                    _backoff.Reset();
                }

                await AfterAsync(end, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                await CloseReaderAsync().ConfigureAwait(false);
                await PauseAsync(Failed(exception), stopping).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken stopping)
    {
        var reader = await parts.Store.OpenReaderAsync(stopping).ConfigureAwait(false);
        try
        {
            if (await reader.ShowLifeAsync(relay, stopping).ConfigureAwait(false))
            {
                // While no sign of life was shown, another relay may have taken what was owned.
                await parts.Leases.RenewAsync(stopping).ConfigureAwait(false);
            }

            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask CloseReaderAsync()
    {
        if (_reader is { } reader)
        {
            _reader = null;
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask AfterAsync(SessionEnd end, CancellationToken stopping)
    {
        if (end == SessionEnd.LeaseLost)
        {
            parts.Suspects.Clear();
            while (!parts.Leases.IsValid)
            {
                await parts.Wake.WaitAsync(parts.Options.MinPollInterval, stopping).ConfigureAwait(false);
            }
        }
        else if (end == SessionEnd.SenderFailed)
        {
            await PauseAsync(_backoff.Next(), stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes what is acknowledged and gives the leases back, each within its own time: the stopping token is cancelled already.</summary>
    private async ValueTask LeaveAsync(CancellationTokenSource background)
    {
        using var limit = new CancellationTokenSource(parts.Options.StopTimeout, parts.Time);
        try
        {
            await parts.Settlement.FlushAsync(parts.Options.StopTimeout, limit.Token).ConfigureAwait(false);
            await parts.Leases.LeaveAsync(limit.Token).ConfigureAwait(false);
            RelayLog.Stopped(parts.Logger, relay.RelayId, parts.Settlement.PendingCount);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            RelayLog.LeaveFailed(parts.Logger, exception);
        }
        finally
        {
            await background.CancelAsync().ConfigureAwait(false);
        }
    }

    private TimeSpan Failed(Exception exception)
    {
        var pause = _backoff.Next();
        parts.Status.Failed(exception.GetType().Name);
        RelayLog.SessionFailed(parts.Logger, pause, exception);
        return pause;
    }

    private async ValueTask PauseAsync(TimeSpan pause, CancellationToken stopping) =>
        await Task.Delay(pause, parts.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
