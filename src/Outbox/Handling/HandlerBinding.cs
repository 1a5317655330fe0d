using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Handling;

/// <summary>Which handler a consumer has for a type of message.</summary>
/// <param name="MessageType">The message's class.</param>
/// <param name="HandlerType">The handler's class.</param>
/// <param name="Name">The message's stable name; null where it is that of the registration.</param>
/// <param name="InvokeAsync">Makes the handler in a scope and calls it.</param>
internal sealed record HandlerBinding(
    Type MessageType,
    Type HandlerType,
    string? Name,
    Func<IServiceProvider, object, MessageContext, CancellationToken, Task> InvokeAsync)
{
    public static HandlerBinding Of<TMessage, THandler>(string? name)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage> =>
        new(
            typeof(TMessage),
            typeof(THandler),
            name,
            (services, message, context, token) =>
                services.GetRequiredService<THandler>().HandleAsync((TMessage)message, context, token));
}
