using Outbox;

namespace QuickStart.Shop;

internal sealed class ChargeCustomer(ShopContext db) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        if (message.CardExpired)
        {
            throw new InvalidOperationException("The card has expired.");
        }

        db.Charges.Add(new Charge { OrderId = message.OrderId, CustomerId = message.CustomerId, OrderNumber = message.Number });
        return Task.CompletedTask;
    }
}
