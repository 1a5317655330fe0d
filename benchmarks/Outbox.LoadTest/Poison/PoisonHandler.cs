using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Poison;

/// <summary>Adds one row for each message; poison throws.</summary>
internal sealed class PoisonHandler(LoadContext db, PoisonLedger ledger) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        if (ledger.IsPoison(message.Sequence))
        {
            throw new InvalidOperationException("Poison.");
        }

        db.Orders.Add(LoadOrder.Create(message.CustomerId));
        ledger.Handled(message.Sequence);
        return Task.CompletedTask;
    }
}
