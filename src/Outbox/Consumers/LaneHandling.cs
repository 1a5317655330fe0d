using Outbox.Handling;
using Outbox.Handling.Chunks;

namespace Outbox.Consumers;

/// <summary>What lanes give their messages to.</summary>
/// <param name="Messages">Settles one message, for certain.</param>
/// <param name="Chunks">Settles several in one transaction, as far as that goes; null where each message has its own.</param>
/// <param name="NewSize">Makes what decides how large a lane's chunks are.</param>
/// <param name="Time">The clock.</param>
internal sealed record LaneHandling(IReceivedMessageHandling Messages, IChunkHandling? Chunks, Func<ChunkSize> NewSize, TimeProvider Time)
{
    /// <summary>One transaction for each message.</summary>
    public static LaneHandling OneByOne(IReceivedMessageHandling messages, TimeProvider time) =>
        new(messages, null, static () => new ChunkSize(1, 1, TimeSpan.Zero), time);
}
