using Outbox.Inbox;

namespace Outbox.Handling.Chunks;

/// <summary>What a chunk's transaction holds.</summary>
internal sealed class ChunkCommit(
    IReadOnlyList<ChunkMessage> messages,
    IReadOnlySet<Guid> marked,
    IReadOnlySet<Guid> waiting,
    ChunkAttempt attempt,
    TimeSpan handlerTime)
{
    private readonly HashSet<Guid> _left = [.. attempt.Left.Select(message => message.Id)];
    private readonly HashSet<Guid> _ids = [.. messages.Select(message => message.Id)];

    public TimeSpan HandlerTime { get; } = handlerTime;

    /// <summary>What was claimed in it and not taken back.</summary>
    public IEnumerable<IdentifiedMessage> Kept =>
        messages.Where(message => marked.Contains(message.Id) && !_left.Contains(message.Id)).Select(message => message.Message);

    /// <summary>What became of each message; null where it was left.</summary>
    public IEnumerable<(ChunkMessage Message, ChunkFate? Fate)> Fates => messages.Select(message => (message, FateOf(message.Id)));

    public ChunkFate? FateOf(Guid id) =>
        _left.Contains(id) || !_ids.Contains(id) ? null
        : !marked.Contains(id) ? ChunkFate.Duplicate
        : waiting.Contains(id) ? ChunkFate.Deferred
        : ChunkFate.Handled;
}
