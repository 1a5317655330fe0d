namespace Outbox.Handling.Chunks;

/// <summary>
/// Messages that shared a scope or a call failed together, with nothing wrong in the database: each may do better with its own.
/// </summary>
internal sealed class SharedChunkException(HandlerBinding handler, bool isSpoilt, Exception? cause)
    : Exception("The messages of a chunk could not share what they were to share.", cause)
{
    /// <summary>The handler that failed.</summary>
    public HandlerBinding Handler { get; } = handler;

    /// <summary>Whether it read while earlier messages' changes were not saved, so that it cannot share.</summary>
    public bool IsSpoilt { get; } = isSpoilt;
}
