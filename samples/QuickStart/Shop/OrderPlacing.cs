using Microsoft.EntityFrameworkCore;

namespace QuickStart.Shop;

internal static class OrderPlacing
{
    /// <summary>Saves an order, its customer's counter and its message: all three or none.</summary>
    public static async Task<(OrderPlaced Message, Guid MessageId)> PlaceAsync(ShopContext db, int customerId)
    {
        var customer = await db.Customers.FindAsync(customerId);
        if (customer is null)
        {
            db.Customers.Add(customer = new Customer { Id = customerId });
        }

        var order = new Order { Id = Guid.CreateVersion7(), CustomerId = customerId, Number = ++customer.Orders };
        db.Orders.Add(order);

        var message = new OrderPlaced(order.Id, customerId, order.Number);
        var messageId = db.Enqueue(message);

        await db.SaveChangesAsync();
        return (message, messageId);
    }
}
