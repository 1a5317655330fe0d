using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Filters;

/// <summary>The handle filters of one consumer, the first outermost. Immutable.</summary>
internal sealed class HandleFilters(IReadOnlyList<Type> types)
{
    public bool IsEmpty => types.Count == 0;

    /// <summary>Puts the filters around what calls a handler; the same function where there are none.</summary>
    public Func<IServiceProvider, object, MessageContext, CancellationToken, Task> Around(
        Type handlerType, Func<IServiceProvider, object, MessageContext, CancellationToken, Task> invokeAsync)
    {
        if (types.Count == 0)
        {
            return invokeAsync;
        }

        return (services, message, context, token) => RunAsync(
            0,
            services,
            new HandleFilterContext { Message = message, Context = context, HandlerType = handlerType },
            () => invokeAsync(services, message, context, token),
            token);
    }

    private Task RunAsync(int index, IServiceProvider services, HandleFilterContext context, Func<Task> handler, CancellationToken token)
    {
        if (index == types.Count)
        {
            return handler();
        }

        var filter = (IHandleFilter)services.GetRequiredService(types[index]);
        return filter.HandleAsync(context, () => RunAsync(index + 1, services, context, handler, token), token);
    }
}
