namespace Outbox;

/// <summary>One of the messages that an <see cref="IBatchHandler{TMessage}"/> gets.</summary>
/// <typeparam name="TMessage">The message's type.</typeparam>
/// <param name="Body">The message.</param>
/// <param name="Context">Where it came from.</param>
public readonly record struct BatchMessage<TMessage>(TMessage Body, MessageContext Context)
    where TMessage : class;
