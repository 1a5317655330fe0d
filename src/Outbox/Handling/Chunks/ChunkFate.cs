namespace Outbox.Handling.Chunks;

/// <summary>What became of a message in its chunk's transaction.</summary>
internal enum ChunkFate
{
    /// <summary>Its handler ran.</summary>
    Handled,

    /// <summary>It was marked before.</summary>
    Duplicate,

    /// <summary>It waits behind an earlier message of its key.</summary>
    Deferred,
}
