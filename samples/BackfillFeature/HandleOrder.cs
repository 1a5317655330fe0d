using Outbox;

namespace BackfillFeature;

internal sealed class HandleOrder(ShopContext db, Release release) : IMessageHandler<OrderPlaced>
{
    public async Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        // In a replay only what is new: the order was charged when it came.
        if (context.Replay is null)
        {
            db.Charges.Add(new Charge { OrderId = message.OrderId, Customer = message.Customer, OrderNumber = message.Number });
        }

        if (release.HasPoints && await db.Points.FindAsync([message.OrderId], cancellationToken) is null)
        {
            db.Points.Add(new LoyaltyPoints { OrderId = message.OrderId, Customer = message.Customer, Points = (int)message.Amount });
        }
    }
}
