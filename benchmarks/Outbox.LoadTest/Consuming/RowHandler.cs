using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Consuming;

/// <summary>Adds one row for a message.</summary>
internal sealed class RowHandler(LoadContext db, ConsumeClock clock) : IMessageHandler<OrderPlaced>
{
    public async Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        clock.Start();
        if (clock.HandlerTime > TimeSpan.Zero)
        {
            await Task.Delay(clock.HandlerTime, cancellationToken);
        }

        db.Orders.Add(LoadOrder.Create(message.Sequence));
    }
}
