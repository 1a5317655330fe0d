using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>Takes over from relays that died without leaving, long before their leases run out, where the store shows signs of life.</summary>
internal sealed class DeadRelays(ILivenessStore? store, LeaseKeeper leases, RelayIdentity relay)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Frees what dead relays own, and takes this relay's share of whatever is free.</summary>
    /// <returns>When to look again.</returns>
    public async ValueTask<TimeSpan> TakeOverAsync(CancellationToken cancellationToken)
    {
        if (store is null)
        {
            return Timeout.InfiniteTimeSpan;
        }

        if (await store.FreeDeadAsync(relay, cancellationToken).ConfigureAwait(false) > 0)
        {
            await leases.RenewAsync(cancellationToken).ConfigureAwait(false);
        }

        return Interval;
    }
}
