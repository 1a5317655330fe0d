using System.Runtime.InteropServices;
using Outbox.CrashPoints;
using Outbox.Diagnostics;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// One reader and one sender, from opening to giving up: reads rows in the order of their ids, hands them over, and reads on while
/// acknowledgements are pending. Ends when either cannot go on, or when a lease is lost.
/// </summary>
internal sealed class RelaySession(RelayParts parts, IOutboxReader reader)
{
    /// <summary>How often rows are looked for that are committed below others that were read already.</summary>
    private static readonly TimeSpan ZoneInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the floor is moved while there is more above it than a read may give: each read looks at all of that.</summary>
    private static readonly TimeSpan FloorInterval = TimeSpan.FromMilliseconds(20);

    private readonly RelayOptions _options = parts.Options;
    private readonly TimeProvider _time = parts.Time;
    private readonly ReadFloor? _floor = reader.Writers is { } writers ? new ReadFloor(writers) : null;
    private Task<PlannedRead> _read = Task.FromResult<PlannedRead>(default);
    private List<long> _deleted = [];
    private ReadPlan _plan = null!;
    private SessionSender _sender = null!;
    private LeaseHolding _holding = null!;
    private long _floorStepAt;
    private TimeSpan _pollInterval;

    /// <summary>Relays until it has to end. Whatever happens, no message is in flight and the sender is gone when it returns.</summary>
    public async Task<SessionEnd> RunAsync(CancellationToken stopping)
    {
        _plan = new ReadPlan(_options.BatchSize, _floor);
        _sender = new SessionSender(parts);
        _pollInterval = _options.MinPollInterval;
        var end = SessionEnd.SenderFailed;
        try
        {
            using var lost = reader.Lost.Register(parts.Wake.Set);
            await TakeLeasesAsync(parts.Leases.Current, stopping).ConfigureAwait(false);
            end = await RelayAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            end = SessionEnd.Stopping;
        }
        finally
        {
            await ((Task)_read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _sender.CloseAsync(end).ConfigureAwait(false);
        }

        return end;
    }

    private async Task<SessionEnd> RelayAsync(CancellationToken stopping)
    {
        var rows = new List<OutboxRow>(_options.BatchSize);
        var next = new List<OutboxRow>(_options.BatchSize);
        _read = ReadAsync(rows, stopping);
        while (true)
        {
            _plan.Accept(await _read.ConfigureAwait(false), rows);
            parts.Status.Read();
            if (await BetweenReadsAsync(rows, stopping).ConfigureAwait(false) is { } end)
            {
                return end;
            }

            // Read on before sending, so that the database works while the rows are handed over.
            var readsOn = _plan.ReadsOn && HasRoom;
            if (readsOn)
            {
                await StepFloorAsync(stopping).ConfigureAwait(false);
                _read = ReadAsync(next, stopping);
            }

            if (await SendAsync(rows, stopping).ConfigureAwait(false) is { } failed)
            {
                return failed;
            }

            if (!readsOn)
            {
                await StepFloorAsync(stopping).ConfigureAwait(false);
                if (await WaitAsync(rows.Count == 0, stopping).ConfigureAwait(false) is { } over)
                {
                    return over;
                }

                _read = ReadAsync(next, stopping);
            }

            (rows, next) = (next, rows);
        }
    }

    /// <summary>Moves the floor when it is time. No read is under way here, and no row waits to be sent when little is waiting.</summary>
    private async ValueTask StepFloorAsync(CancellationToken cancellationToken)
    {
        if (_floor is null || !_plan.HasUndecidedZone)
        {
            return;
        }

        var interval = _plan.UndecidedIds > _options.BatchSize ? FloorInterval : ZoneInterval;
        if (_time.GetElapsedTime(_floorStepAt) >= interval)
        {
            await _floor.StepAsync(cancellationToken).ConfigureAwait(false);
            _floorStepAt = _time.GetTimestamp();
        }
    }

    private bool HasRoom => _plan.KnownCount + _options.BatchSize <= _options.MaxInFlight;

    private async Task<PlannedRead> ReadAsync(List<OutboxRow> rows, CancellationToken cancellationToken)
    {
        rows.Clear();
        var planned = _plan.Next();
        if (_holding.Buckets.Count > 0 && !parts.Held.HoldsAll)
        {
            var query = new OutboxRead
            {
                Buckets = _holding.Buckets,
                Limit = _options.BatchSize,
                After = planned.After,
                ExceptIds = planned.ExceptIds,
                ExceptTopics = parts.Held.Topics,
                ExceptPartitions = parts.Held.Partitions,
                ExceptKeyHashes = parts.Held.KeyHashes,
            };
            await reader.ReadAsync(query, rows, cancellationToken).ConfigureAwait(false);
        }

        return planned;
    }

    /// <summary>
    /// No read is under way here: the moment to forget ids whose delete has committed, to use the reader's session otherwise, and to
    /// let changes of leases and of what is held back take effect.
    /// </summary>
    /// <param name="rows">The rows that were read last and are not yet sent.</param>
    /// <param name="stopping">The relay stops.</param>
    private async ValueTask<SessionEnd?> BetweenReadsAsync(List<OutboxRow> rows, CancellationToken stopping)
    {
        _deleted = parts.Settlement.TakeDeleted(_deleted);
        _plan.Forget(CollectionsMarshal.AsSpan(_deleted));
        _deleted.Clear();
        // Both are asked: each forgets its answer when it has given it.
        if (parts.Held.TakeAdmitted() | parts.Parked.TakeAdmitted())
        {
            // Rows that were read while lower ones of their keys were held back must not go before those.
            rows.ForEach(row => _plan.Forget([row.Id]));
            rows.Clear();
            StartOver();
        }

        return await CheckAsync(stopping).ConfigureAwait(false);
    }

    private async ValueTask<SessionEnd?> CheckAsync(CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            return SessionEnd.Stopping;
        }

        ThrowIfLost();
        if (_sender.HasFailed)
        {
            return SessionEnd.SenderFailed;
        }

        var current = parts.Leases.Current;
        if (!parts.Leases.IsValid || !current.Keeps(_holding))
        {
            return SessionEnd.LeaseLost;
        }

        if (current.Excess is { Count: > 0 } excess)
        {
            return await GiveAwayAsync(excess, stopping).ConfigureAwait(false);
        }

        return current.Version == _holding.Version ? null : await TakeLeasesAsync(current, stopping).ConfigureAwait(false);
    }

    private async ValueTask<SessionEnd?> TakeLeasesAsync(LeaseHolding holding, CancellationToken cancellationToken)
    {
        _holding = holding;
        CrashHook.Reach(CrashPoint.RelayLeased);
        parts.Status.OwnedBuckets = holding.Buckets.Count;
        StartOver();
        await parts.Paused.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return await parts.Parked.RefreshAsync(holding, cancellationToken).ConfigureAwait(false) ? null : SessionEnd.LeaseLost;
    }

    /// <summary>Gives buckets to other relays: once nothing is in flight and everything acknowledged is deleted, so that they send no copies.</summary>
    private async ValueTask<SessionEnd?> GiveAwayAsync(IReadOnlyList<BucketLease> excess, CancellationToken cancellationToken)
    {
        if (!await _sender.DrainAsync(cancellationToken).ConfigureAwait(false)
            || !await parts.Settlement.FlushAsync(_options.StopTimeout, cancellationToken).ConfigureAwait(false))
        {
            return _sender.HasFailed ? SessionEnd.SenderFailed : null;
        }

        CrashHook.Reach(CrashPoint.RelayDrained);
        await parts.Leases.ReleaseAsync(excess, cancellationToken).ConfigureAwait(false);
        RelayLog.HandedOver(parts.Logger, excess.Count);
        return await TakeLeasesAsync(parts.Leases.Current, cancellationToken).ConfigureAwait(false);
    }

    private void StartOver()
    {
        _plan.StartOver();
        foreach (var id in parts.Settlement.GetPending())
        {
            _plan.Know(id);
        }
    }

    private async ValueTask<SessionEnd?> SendAsync(List<OutboxRow> rows, CancellationToken stopping)
    {
        using var span = OutboxTracing.StartSend(rows);
        if (!parts.Parked.IsEmpty && !await AbsorbAsync(rows, stopping).ConfigureAwait(false))
        {
            return SessionEnd.LeaseLost;
        }

        if (rows.Count == 0)
        {
            return null;
        }

        CrashHook.Reach(CrashPoint.RelayRead);
        var next = 0;
        while (true)
        {
            switch (SendWhileRoom(CollectionsMarshal.AsSpan(rows), ref next))
            {
                case HandOver.Failed:
                    return parts.Leases.IsValid ? SessionEnd.SenderFailed : SessionEnd.LeaseLost;
                case HandOver.NoRoom when !await _sender.WaitForRoomAsync(stopping).ConfigureAwait(false):
                    return parts.Leases.IsValid ? SessionEnd.SenderFailed : SessionEnd.LeaseLost;
                case HandOver.NoRoom:
                    break;
                default:
                    CrashHook.Reach(CrashPoint.RelayHandedOver);
                    return null;
            }
        }
    }

    /// <summary>Hands rows over from one on, without a wait or a copy of each.</summary>
    /// <returns><see cref="HandOver.Accepted"/> when all of them are handed over or held back.</returns>
    private HandOver SendWhileRoom(ReadOnlySpan<OutboxRow> rows, ref int next)
    {
        for (; next < rows.Length; next++)
        {
            ThrowIfLost();
            if (_sender.HasFailed)
            {
                return HandOver.Failed;
            }

            ref readonly var row = ref rows[next];
            var handOver = !_holding.Owns(row.KeyHash) || parts.Held.Holds(row) ? HandOver.HeldBack : _sender.TrySend(row);
            if (handOver == HandOver.HeldBack)
            {
                _plan.Forget([row.Id]);
            }
            else if (handOver != HandOver.Accepted)
            {
                return handOver;
            }
        }

        return HandOver.Accepted;
    }

    /// <summary>Another relay may have taken the buckets by now: nothing more is handed over.</summary>
    private void ThrowIfLost()
    {
        if (_read.Exception?.InnerException is { } cause)
        {
            throw new OutboxException("The outbox could not be read any more.", cause);
        }

        if (reader.Lost.IsCancellationRequested)
        {
            throw new OutboxException("The connection that reads the outbox was lost.");
        }
    }

    private async ValueTask<bool> AbsorbAsync(List<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var held = rows.FindAll(parts.Parked.Holds);
        if (held.Count == 0)
        {
            return true;
        }

        rows.RemoveAll(parts.Parked.Holds);
        held.ForEach(row => _plan.Forget([row.Id]));
        return await parts.Parked.AbsorbAsync(held, _holding, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until there may be something to read and there is room for it.</summary>
    private async ValueTask<SessionEnd?> WaitAsync(bool foundNothing, CancellationToken stopping)
    {
        if (HasRoom && !_plan.ReadsOn)
        {
            await parts.Wake.WaitAsync(NextPause(foundNothing), stopping).ConfigureAwait(false);
        }

        while (true)
        {
            if (await BetweenReadsAsync([], stopping).ConfigureAwait(false) is { } end)
            {
                return end;
            }

            if (HasRoom)
            {
                return null;
            }

            parts.Status.Waits();
            await parts.Settlement.WaitForDeletedAsync(_options.MinPollInterval, stopping).ConfigureAwait(false);
        }
    }

    private TimeSpan NextPause(bool foundNothing)
    {
        var pause = _pollInterval;
        _pollInterval = foundNothing ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _options.MaxPollInterval.Ticks)) : _options.MinPollInterval;
        if (_plan.HasUndecidedZone && ZoneInterval < pause)
        {
            pause = ZoneInterval;
        }

        return parts.Held.UntilNextAdmission() is { } admission && admission < pause ? admission : pause;
    }
}
