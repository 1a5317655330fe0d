namespace Outbox;

/// <summary>Declares how one handler wants its messages.</summary>
/// <typeparam name="TMessage">The message.</typeparam>
public sealed class HandlerBuilder<TMessage>
    where TMessage : class
{
    internal HandlerBuilder()
    {
    }

    internal bool IsShared { get; private set; }

    /// <summary>
    /// Handles the messages of a chunk in one scope, with one context and one save: several times as fast, for a handler that only adds
    /// to its context. Where one reads through the context while earlier messages are not saved yet, or throws, the chunk is rolled back
    /// and handled again with a scope and a context for each message, and a warning says so. SQL that does not go through the context
    /// cannot be seen: such a handler must not share.
    /// </summary>
    public HandlerBuilder<TMessage> SharesChunk()
    {
        IsShared = true;
        return this;
    }
}
