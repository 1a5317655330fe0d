namespace Outbox.Handling.Chunks;

/// <summary>
/// A handler with a context of its own failed. Nobody can know what it has written past EF, so nothing of its chunk is committed: the
/// others run again without it.
/// </summary>
internal sealed class FailedInChunkException(ChunkMessage failed, Exception cause)
    : Exception($"{failed.Handler.HandlerType.Name} failed in a chunk.", cause)
{
    public ChunkMessage Failed { get; } = failed;
}
