using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>
/// Settles several received messages in one transaction, as far as that goes. Safe for concurrent use; messages of one key must be given
/// one after the other, and in order within a chunk.
/// </summary>
internal interface IChunkHandling
{
    /// <summary>
    /// Settles what it can. What is not settled has had no effect, and is to be given to <see cref="IReceivedMessageHandling"/>, in
    /// order, before anything else of its key. Throws nothing.
    /// </summary>
    /// <param name="messages">The messages, in the order in which they were received.</param>
    /// <param name="cancellationToken">Ends it: one of the partitions was taken away. Nothing is settled then, or all of it.</param>
    Task<ChunkResult> HandleAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken);
}
