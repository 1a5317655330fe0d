using Microsoft.Extensions.Logging;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>Sees to it that there are as many buckets as this relay divides the keys into, before it takes any.</summary>
internal sealed class BucketSeed(IBucketLeaseStore store, OutboxOptions options, ILogger logger)
{
    /// <summary>How long to wait for other relays before the next look. While it lasts nobody relays what they have given back.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether relays with another number are waited for.</summary>
    public bool IsWaiting { get; private set; }

    /// <returns>Whether the number is installed. False: ask again.</returns>
    /// <exception cref="OutboxException">The tables are missing, or another number is installed and no change is wanted.</exception>
    public async ValueTask<bool> IsDoneAsync(CancellationToken cancellationToken)
    {
        if (!options.ChangeBuckets)
        {
            await store.SeedAsync(options.Buckets, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (await store.ChangeAsync(options.Buckets, cancellationToken).ConfigureAwait(false))
        {
            IsWaiting = false;
            return true;
        }

        if (!IsWaiting)
        {
            IsWaiting = true;
            RelayLog.WaitingForOtherBuckets(logger, options.Buckets);
        }

        return false;
    }
}
