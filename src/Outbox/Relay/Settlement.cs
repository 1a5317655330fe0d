using Microsoft.Extensions.Logging;
using Outbox.CrashPoints;
using Outbox.Diagnostics;
using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>
/// Deletes acknowledged rows behind the sending, on a connection of its own. Outlives readers and senders: what was acknowledged is
/// deleted when the database is back, and is not sent again meanwhile.
/// </summary>
internal sealed class Settlement(IOutboxStore store, RelayOptions options, OutboxMetrics metrics, TimeProvider time, ILogger logger)
    : IAcknowledgements
{
    /// <summary>Lets acknowledgements gather for a moment, so that a trickle of messages is not a delete each.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly AsyncSignal _acknowledged = new(time);
    private readonly AsyncSignal _settled = new(time);
    private readonly List<(long Count, TaskCompletionSource Reached)> _barriers = [];
    private readonly RelayBackoff _backoff = new(options.MinBackoff, options.MaxBackoff, Random.Shared.NextDouble);
    private List<long> _waiting = [];
    private List<long> _deleting = [];
    private List<long> _deleted = [];
    private List<SentMessage>? _waitingSent = options.Archive ? [] : null; // beside the ids, in the same order, where sent messages are kept
    private List<SentMessage>? _deletingSent = options.Archive ? [] : null;
    private long _acknowledgedCount;
    private long _deletedCount;

    /// <summary>How many rows are acknowledged and not yet deleted.</summary>
    public int PendingCount
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count + _deleting.Count;
            }
        }
    }

    public void Acknowledge(in OutboxRow row, in DeliveryOutcome outcome)
    {
        bool wake;
        lock (_gate)
        {
            _waiting.Add(row.Id);
            _waitingSent?.Add(new SentMessage(row.Id, outcome.Partition, outcome.Offset));
            _acknowledgedCount++;
            wake = _waiting.Count == 1 || _waiting.Count == options.BatchSize;
        }

        if (wake)
        {
            _acknowledged.Set();
        }

        metrics.Sent(row, time);
    }

    /// <summary>The ids that are acknowledged and not known to be deleted. They must not be sent again.</summary>
    public IReadOnlyList<long> GetPending()
    {
        lock (_gate)
        {
            return [.. _deleting, .. _waiting];
        }
    }

    /// <summary>Takes the ids whose delete has committed since the last call, by exchanging lists.</summary>
    public List<long> TakeDeleted(List<long> empty)
    {
        lock (_gate)
        {
            (_deleted, empty) = (empty, _deleted);
            return empty;
        }
    }

    /// <summary>Waits until some rows were deleted, or the time is over.</summary>
    public ValueTask<bool> WaitForDeletedAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _settled.WaitAsync(timeout, cancellationToken);

    /// <summary>Waits until every row that is acknowledged by now is deleted, or the time is over.</summary>
    /// <returns>Whether all of them are deleted.</returns>
    public async ValueTask<bool> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_deletedCount == _acknowledgedCount)
            {
                return true;
            }

            // Rows are deleted in the order of their acknowledgements, so a count is a place in that order.
            _barriers.Add((_acknowledgedCount, reached));
        }

        _acknowledged.Set();
        await reached.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return reached.Task.IsCompletedSuccessfully;
    }

    /// <summary>Deletes until cancelled; failures are tried again for ever.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var settler = await store.OpenSettlerAsync(cancellationToken).ConfigureAwait(false);
                await using (settler.ConfigureAwait(false))
                {
                    await SettleAsync(settler, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                var pause = _backoff.Next();
                RelayLog.SettleFailed(logger, PendingCount, pause, exception);
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SettleAsync(IOutboxSettler settler, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (PendingCount == 0)
            {
                await _acknowledged.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
                if (PendingCount < options.BatchSize)
                {
                    await _acknowledged.WaitAsync(GatherTime, cancellationToken).ConfigureAwait(false);
                }

                continue;
            }

            var ids = Take();
            CrashHook.Reach(CrashPoint.SettleAcknowledged);
            _ = _deletingSent is { } sent
                ? await settler.ArchiveAsync(sent, cancellationToken).ConfigureAwait(false)
                : await settler.DeleteAsync(ids, cancellationToken).ConfigureAwait(false);
            CrashHook.Reach(CrashPoint.SettleDeleted);
            Complete();
            _backoff.Reset();
        }
    }

    private List<long> Take()
    {
        lock (_gate)
        {
            // A delete that failed stays in the list and is made again: ids that are gone are passed over.
            if (_deleting.Count == 0)
            {
                (_deleting, _waiting) = (_waiting, _deleting);
                (_deletingSent, _waitingSent) = (_waitingSent, _deletingSent);
            }

            return _deleting;
        }
    }

    private void Complete()
    {
        lock (_gate)
        {
            metrics.Settled(_deleting.Count);
            _deleted.AddRange(_deleting);
            _deletedCount += _deleting.Count;
            _deleting.Clear();
            _deletingSent?.Clear();
            foreach (var barrier in _barriers)
            {
                if (barrier.Count <= _deletedCount)
                {
                    barrier.Reached.TrySetResult();
                }
            }

            _barriers.RemoveAll(barrier => barrier.Count <= _deletedCount);
        }

        _settled.Set();
    }
}
