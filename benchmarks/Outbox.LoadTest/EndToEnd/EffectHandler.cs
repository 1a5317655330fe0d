using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>Adds one row for a message.</summary>
internal sealed class EffectHandler(LoadContext db, EffectCommits commits) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        db.Effects.Add(new LoadEffect { Sequence = message.Sequence, CustomerId = message.CustomerId });
        commits.Add(db, message.Sequence);
        return Task.CompletedTask;
    }
}
