namespace Outbox;

/// <summary>A message that is about to be handled.</summary>
public sealed class HandleFilterContext
{
    /// <summary>The message's body, of the class that the handler takes.</summary>
    public required object Message { get; init; }

    /// <summary>What is known about the message besides its body.</summary>
    public required MessageContext Context { get; init; }

    /// <summary>The handler's class.</summary>
    public required Type HandlerType { get; init; }
}
