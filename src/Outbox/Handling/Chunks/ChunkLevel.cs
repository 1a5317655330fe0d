namespace Outbox.Handling.Chunks;

/// <summary>What messages that are handled in one transaction have in common.</summary>
internal enum ChunkLevel
{
    /// <summary>The transaction alone: each message has a scope, a context and a save of its own.</summary>
    Own,

    /// <summary>A scope, a context and a save as well.</summary>
    Shared,

    /// <summary>One call of the handler takes them all.</summary>
    Batch,
}
