using Outbox;

namespace Samples.Shop;

/// <summary>Handles orders, whoever sent them and in whichever form.</summary>
public sealed class WriteReceipt(ShopContext db) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        db.Receipts.Add(new Receipt { Order = message.Order, Amount = message.Amount, Topic = context.Topic });
        return Task.CompletedTask;
    }
}
