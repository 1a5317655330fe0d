using Outbox;

namespace Operating.Shop;

public sealed class ChargeCustomer(ShopContext db) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        if (message.Card != "valid")
        {
            throw new InvalidOperationException("The card was refused.");
        }

        db.Charges.Add(new Charge { OrderId = message.OrderId });
        return Task.CompletedTask;
    }
}
