namespace Outbox.Storage;

/// <summary>
/// Finds relays that died without leaving, by their signs of life (<see cref="IOutboxReader.ShowLifeAsync"/>). Optional: without it
/// the leases of a dead relay run out. Used by one caller at a time.
/// </summary>
public interface ILivenessStore
{
    /// <summary>
    /// Looks for relays whose sign of life is gone. Each one's buckets become free with a raised epoch, and it is no longer counted
    /// among those alive, in one transaction. A relay that never showed life, or that shows it again first, is left alone.
    /// </summary>
    /// <param name="relay">Who asks: itself it passes over.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many buckets nobody owns now, for whatever reason.</returns>
    ValueTask<int> FreeDeadAsync(RelayIdentity relay, CancellationToken cancellationToken);
}
