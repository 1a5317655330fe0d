namespace Outbox.LoadTest.Consuming;

/// <summary>How messages are handled.</summary>
internal enum ConsumeContender
{
    /// <summary>A handler of the usual kind: each message has its own context and save, in a shared transaction.</summary>
    Default,

    /// <summary>The same handler, sharing context and save.</summary>
    SharedChunk,

    /// <summary>A handler that takes many messages.</summary>
    BatchHandler,

    /// <summary>A transaction for each message, in one lane.</summary>
    OneByOne,
}
