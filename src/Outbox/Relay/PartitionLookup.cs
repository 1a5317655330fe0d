using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>Tells which partition a refused message belongs to, so that only that one waits for it.</summary>
internal sealed class PartitionLookup(ITransport transport)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks the broker how many partitions there are.</summary>
    /// <param name="row">The refused message.</param>
    /// <param name="refusedIn">The partition that it was refused in; -1 where that is unknown.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null: the message has no key, the broker did not answer, or the transport shares keys out in another way.</returns>
    public async ValueTask<HeldPartition?> FindAsync(OutboxRow row, int refusedIn, CancellationToken cancellationToken)
    {
        if (row.Key is null)
        {
            return null;
        }

        var status = await transport.GetStatusAsync([row.Topic], Patience, cancellationToken).ConfigureAwait(false);
        if (status.Partitions.GetValueOrDefault(row.Topic) is not (> 0 and var count))
        {
            return null;
        }

        var partition = new HeldPartition(row.Topic, row.KeyHash % count, count);
        return refusedIn < 0 || refusedIn == partition.Partition ? partition : null;
    }
}
