using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// Renews the leases of this relay and takes free buckets up to its fair share. Gives none back by itself: the loop does, once
/// nothing of theirs is in flight.
/// </summary>
internal sealed class LeaseKeeper(
    IBucketLeaseStore store, RelayIdentity relay, RelayOptions options, OutboxMetrics metrics, TimeProvider time, ILogger logger)
    : IDisposable
{
    private readonly RelayBackoff _backoff = new(options.MinBackoff, options.MaxBackoff, Random.Shared.NextDouble);
    private readonly SemaphoreSlim _turn = new(1);
    private volatile LeaseHolding _current = new(0, new BucketSet(relay.Buckets, []), new Dictionary<int, BucketLease>(), relay.Buckets, 0);
    private int _installed = relay.Buckets;
    private bool _hasLeft;

    /// <summary>Wakes whoever uses the leases when they have changed.</summary>
    public required AsyncSignal Changed { get; init; }

    /// <summary>What is owned now.</summary>
    public LeaseHolding Current => _current;

    /// <summary>Whether the leases of the current holding have not run out by this process's clock, counted from before they were asked for.</summary>
    public bool IsValid => _current.Leases.Count == 0 || time.GetTimestamp() < _current.ValidUntil;

    /// <summary>Renews until cancelled; failures are tried again for ever.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = options.RenewInterval;
            try
            {
                await RenewAsync(cancellationToken).ConfigureAwait(false);
                _backoff.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                pause = _backoff.Next();
                RelayLog.LeaseRenewalFailed(logger, pause, exception);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives buckets back of which nothing is in flight.</summary>
    public async ValueTask ReleaseAsync(IReadOnlyCollection<BucketLease> leases, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Before the call: when it fails, they may be free already. Those that are not come back with the next renewal.
            Update([.. _current.Leases.Values.Except(leases)], _current.FairShare, _current.ValidUntil);
            await store.ReleaseAsync(relay, leases, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives everything back and leaves the relays that are alive.</summary>
    public async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        // A renewal that comes after this would take buckets again, which then nobody relays until their leases run out.
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        _hasLeft = true;
        _turn.Release();
        await ReleaseAsync([.. _current.Leases.Values], cancellationToken).ConfigureAwait(false);
        await store.LeaveAsync(relay, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Renews now. What was lost is no longer in the current holding when it returns.</summary>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_hasLeft)
            {
                return;
            }

            // Counted from before the call: the database's clock may have started the lease at any moment during it.
            var validUntil = time.GetTimestamp() + (long)(options.LeaseDuration.TotalSeconds * time.TimestampFrequency);
            var report = await store.RenewAsync(relay, options.LeaseDuration, cancellationToken).ConfigureAwait(false);
            SayWhereItCountsOtherwise(report.Buckets);
            var held = report.Held;
            if (held.Count < report.FairShare)
            {
                held = await store.AcquireAsync(relay, report.FairShare, options.LeaseDuration, cancellationToken).ConfigureAwait(false);
            }

            Update(held, report.FairShare, validUntil);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void SayWhereItCountsOtherwise(int installed)
    {
        if (installed != _installed && installed != relay.Buckets)
        {
            RelayLog.Retired(logger, installed, relay.Buckets);
        }

        _installed = installed;
    }

    private void Update(IReadOnlyCollection<BucketLease> held, int fairShare, long validUntil)
    {
        var leases = held.ToDictionary(lease => lease.Bucket);
        var same = leases.Count == _current.Leases.Count && leases.Values.All(lease => _current.Leases.GetValueOrDefault(lease.Bucket, new(-1, -1)) == lease);
        var set = same ? _current.Buckets : new BucketSet(relay.Buckets, leases.Keys);
        var reshare = fairShare != _current.FairShare;
        _current = new LeaseHolding(same ? _current.Version : _current.Version + 1, set, leases, fairShare, validUntil);
        if (!same)
        {
            metrics.LeasesChanged();
            RelayLog.LeasesChanged(logger, leases.Count, relay.Buckets, fairShare);
        }

        if (!same || reshare)
        {
            Changed.Set();
        }
    }
}
