namespace Outbox.Handling.Chunks;

/// <summary>What became of a chunk.</summary>
/// <param name="Settled">For each message whether it has its durable outcome.</param>
/// <param name="Handled">How many messages were given to handlers and committed.</param>
/// <param name="HandlerTime">What their handlers and saves took.</param>
internal readonly record struct ChunkResult(bool[] Settled, int Handled, TimeSpan HandlerTime)
{
    public static ChunkResult Nothing(int messages) => new(new bool[messages], 0, TimeSpan.Zero);
}
