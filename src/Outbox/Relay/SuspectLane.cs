using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>
/// Sends refused rows one at a time, in the order of their ids, on a sender of its own, while their keys are held back. A broker
/// refuses a batch, not a message: only what is refused alone is poison.
/// </summary>
internal sealed class SuspectLane(
    ITransport transport,
    IParkingStore parking,
    HeldBack held,
    LeaseKeeper leases,
    Settlement settlement,
    OutgoingMessages messages,
    RelayOptions options,
    OutboxMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Suspect> _suspects = [];
    private readonly AsyncSignal _added = new(time);
    private readonly RelayBackoff _backoff = new(options.MinBackoff, options.MaxBackoff, Random.Shared.NextDouble);
    private readonly LoneDelivery _delivery = new();
    private readonly PartitionLookup _partitions = new(transport);
    private ITransportSender? _sender;

    /// <summary>Called after a key was parked, before its rows are admitted again.</summary>
    public required Func<CancellationToken, ValueTask> Parked { get; init; }

    /// <summary>Holds the rows' keys back and takes the rows in.</summary>
    public void Add(IEnumerable<OutboxRow> rows)
    {
        lock (_gate)
        {
            foreach (var row in rows)
            {
                held.HoldKey(row.KeyHash);
                _suspects.TryAdd(row.Id, new Suspect(row, Attempts: 1, NotBefore: 0));
            }

            HoldKeys();
        }

        _added.Set();
    }

    /// <summary>Forgets everything: the leases are lost, and whoever has them now finds the poison by itself.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var suspect in _suspects.Values)
            {
                held.Unblock(suspect.Row);
                held.ReleaseKey(suspect.Row.KeyHash);
            }

            _suspects.Clear();
        }
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (leases.IsValid && FindNext() is { } suspect)
                {
                    await TryAsync(suspect, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await CloseSenderAsync().ConfigureAwait(false);
                    await _added.WaitAsync(IsEmpty ? Timeout.InfiniteTimeSpan : options.MinBackoff, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: what is left is found again by the next relay.
        }
        finally
        {
            await CloseSenderAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask TryAsync(Suspect suspect, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await SendAloneAsync(suspect.Row, cancellationToken).ConfigureAwait(false);
            if (!outcome.IsDelivered)
            {
                await CloseSenderAsync().ConfigureAwait(false);
            }

            switch (outcome.Failure)
            {
                case DeliveryFailure.None:
                    settlement.Acknowledge(suspect.Row, outcome);
                    Remove(suspect.Row);
                    _backoff.Reset();
                    break;
                case DeliveryFailure.Message:
                    await SetAsideAsync(suspect, outcome, cancellationToken).ConfigureAwait(false);
                    break;
                case DeliveryFailure.Topic:
                    held.StallTopic(suspect.Row.Topic, outcome.Error ?? "refused");
                    TryLater(suspect, _backoff.Next());
                    break;
                default:
                    TryLater(suspect, _backoff.Next());
                    break;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var pause = _backoff.Next();
            RelayLog.SuspectFailed(logger, suspect.Row.Id, pause, exception);
            await CloseSenderAsync().ConfigureAwait(false);
            TryLater(suspect, pause);
        }
    }

    private async ValueTask<DeliveryOutcome> SendAloneAsync(OutboxRow row, CancellationToken cancellationToken)
    {
        _sender ??= transport.OpenSender(_delivery);
        _delivery.Reset();
        try
        {
            while (!_sender.TrySend(messages.From(row), row.Id))
            {
                await Task.Delay(options.MinBackoff, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TransportException exception)
        {
            return new DeliveryOutcome(exception.Failure, -1, -1, exception.Message);
        }
        catch (OutboxException exception)
        {
            return new DeliveryOutcome(DeliveryFailure.Message, -1, -1, exception.Message);
        }

        return await _delivery.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SetAsideAsync(Suspect suspect, DeliveryOutcome outcome, CancellationToken cancellationToken)
    {
        var (row, error) = (suspect.Row, outcome.Error ?? "refused");
        metrics.Refused(row.Topic);
        if (options.PoisonMessages == PoisonMessagePolicy.Block)
        {
            var partition = await _partitions.FindAsync(row, outcome.Partition, cancellationToken).ConfigureAwait(false);
            RelayLog.Blocked(logger, row.Id, held.Block(row, partition, error).Name, error);
            TryLater(suspect, _backoff.Next());
            lock (_gate)
            {
                HoldKeys();
            }

            return;
        }

        // Earlier rows of the key that are acknowledged must be gone, or they would be parked and sent once more at the release.
        if (!await settlement.FlushAsync(options.LeaseDuration, cancellationToken).ConfigureAwait(false))
        {
            TryLater(suspect, _backoff.Next());
            return;
        }

        var poison = new ParkedMessage(row.Id, options.PoisonMessages, suspect.Attempts + 1, error);
        var holding = leases.Current;
        if (holding.Owns(row.KeyHash) && await parking.ParkAsync(holding.LeaseOf(row.KeyHash), [poison], cancellationToken).ConfigureAwait(false))
        {
            RelayLog.Parked(logger, row.Topic, row.Id, options.PoisonMessages, error);
            await Parked(cancellationToken).ConfigureAwait(false);
        }

        RemoveParked(row);
    }

    private void RemoveParked(OutboxRow poison)
    {
        List<OutboxRow> moved;
        lock (_gate)
        {
            moved = [.. _suspects.Values.Select(suspect => suspect.Row).Where(row => row.Id == poison.Id || MovedWith(poison, row))];
        }

        moved.ForEach(Remove);
    }

    private bool MovedWith(in OutboxRow poison, in OutboxRow row) =>
        options.PoisonMessages == PoisonMessagePolicy.ParkKey && poison.Key is not null && row.Key is not null
        && row.Topic == poison.Topic && row.Key.AsSpan().SequenceEqual(poison.Key);

    private bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _suspects.Count == 0;
            }
        }
    }

    /// <summary>The lowest id that may be tried now and has no lower one of its key before it.</summary>
    private Suspect? FindNext()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var passed = new HashSet<(string Topic, int KeyHash)>();
            foreach (var suspect in _suspects.Values)
            {
                if (passed.Add((suspect.Row.Topic, suspect.Row.KeyHash)) && suspect.NotBefore <= now && !held.HoldsAlone(suspect.Row))
                {
                    return suspect;
                }
            }

            return null;
        }
    }

    private void TryLater(Suspect suspect, TimeSpan pause)
    {
        lock (_gate)
        {
            if (_suspects.ContainsKey(suspect.Row.Id))
            {
                _suspects[suspect.Row.Id] = suspect with
                {
                    Attempts = suspect.Attempts + 1,
                    NotBefore = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency),
                };
            }
        }
    }

    /// <summary>
    /// A hold of a key reaches into every topic that has the key. What a block holds back needs none, but it does before the block ends:
    /// nothing may pass the rows that wait here.
    /// </summary>
    private void HoldKeys(long without = 0)
    {
        foreach (var key in _suspects.Values.GroupBy(suspect => suspect.Row.KeyHash))
        {
            if (key.All(suspect => held.IsBlocked(suspect.Row, without)))
            {
                held.ReleaseKey(key.Key);
            }
            else
            {
                held.HoldKey(key.Key);
            }
        }
    }

    private void Remove(OutboxRow row)
    {
        bool last;
        lock (_gate)
        {
            _suspects.Remove(row.Id);
            last = _suspects.Values.All(other => other.Row.KeyHash != row.KeyHash);
            HoldKeys(without: row.Id);
        }

        held.Unblock(row);

        if (last)
        {
            held.ReleaseKey(row.KeyHash);
        }
    }

    private async ValueTask CloseSenderAsync()
    {
        if (_sender is { } sender)
        {
            _sender = null;
            await sender.AbandonAsync().ConfigureAwait(false);
            await sender.DisposeAsync().ConfigureAwait(false);
        }
    }
}
