using Microsoft.Extensions.DependencyInjection;
using Outbox.Handling.Chunks;

namespace Outbox.Handling;

/// <summary>Which handler a consumer has for a type of message.</summary>
/// <param name="MessageType">The message's class.</param>
/// <param name="HandlerType">The handler's class.</param>
/// <param name="Name">The message's stable name; null where it is that of the registration.</param>
/// <param name="InvokeAsync">Makes the handler in a scope and calls it for one message.</param>
internal sealed record HandlerBinding(
    Type MessageType,
    Type HandlerType,
    string? Name,
    Func<IServiceProvider, object, MessageContext, CancellationToken, Task> InvokeAsync)
{
    /// <summary>What its messages share in a chunk.</summary>
    public ChunkLevel Level { get; init; }

    /// <summary>Makes the handler in a scope and calls it for several messages; null where it takes one at a time.</summary>
    public Func<IServiceProvider, IReadOnlyList<MessageRun>, CancellationToken, Task>? InvokeBatchAsync { get; init; }

    /// <summary>By what copies are recognised in place of the id; null for the id.</summary>
    public Func<object, string?>? NaturalKeyOf { get; init; }

    public static HandlerBinding Of<TMessage, THandler>(string? name, HandlerBuilder<TMessage> options)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage> =>
        new(
            typeof(TMessage),
            typeof(THandler),
            name,
            (services, message, context, token) =>
                services.GetRequiredService<THandler>().HandleAsync((TMessage)message, context, token))
        {
            Level = options.IsShared ? ChunkLevel.Shared : ChunkLevel.Own,
            NaturalKeyOf = options.NaturalKeyOf,
        };

    public static HandlerBinding OfBatch<TMessage, THandler>(string? name, HandlerBuilder<TMessage> options)
        where TMessage : class
        where THandler : class, IBatchHandler<TMessage> =>
        new(
            typeof(TMessage),
            typeof(THandler),
            name,
            (services, message, context, token) => services.GetRequiredService<THandler>()
                .HandleAsync([new BatchMessage<TMessage>((TMessage)message, context)], token))
        {
            Level = ChunkLevel.Batch,
            NaturalKeyOf = options.NaturalKeyOf,
            InvokeBatchAsync = (services, runs, token) => services.GetRequiredService<THandler>().HandleAsync(
                [.. runs.Select(run => new BatchMessage<TMessage>((TMessage)run.Decoded.Body, run.BeginAttempt()))], token),
        };
}
