namespace Outbox.Handling.Chunks;

/// <summary>Messages of a chunk that are handled together, in their order.</summary>
/// <param name="level">What they share.</param>
/// <param name="handler">The handler that takes them as a list; null for other levels.</param>
internal sealed class ChunkStep(ChunkLevel level, HandlerBinding? handler)
{
    public ChunkLevel Level { get; } = level;

    public HandlerBinding? Handler { get; } = handler;

    public List<ChunkMessage> Messages { get; } = [];
}
