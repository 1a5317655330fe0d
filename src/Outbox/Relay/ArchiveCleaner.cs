using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>Removes what was kept long enough from the archive, in small batches with a pause after each, so that sending comes first.</summary>
internal sealed class ArchiveCleaner(IArchiveStore store, RelayOptions options)
{
    private const int Batch = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan UntilOwner = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Fails the start of a relay that is to keep what it sends and has no table for it.</summary>
    /// <exception cref="OutboxException">The table is missing; the text says how to make it.</exception>
    public ValueTask RequireTableAsync(CancellationToken cancellationToken) => options.Archive ? store.RequireAsync(cancellationToken) : default;

    /// <summary>Removes one batch, where this relay owns the first bucket: one relay does it for all.</summary>
    /// <returns>When to look again.</returns>
    public async ValueTask<TimeSpan> CleanAsync(LeaseHolding holding, CancellationToken cancellationToken)
    {
        if (!options.Archive)
        {
            return Timeout.InfiniteTimeSpan;
        }

        if (!holding.Leases.ContainsKey(0))
        {
            return UntilOwner;
        }

        return await store.RemoveOldAsync(options.ArchiveRetention, Batch, cancellationToken).ConfigureAwait(false) == Batch ? Pause : Interval;
    }
}
