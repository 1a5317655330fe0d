using Outbox;
using Samples.Tenants;

namespace Samples.Shop;

/// <summary>Knows nothing of headers, keys or audits: the filters see to that.</summary>
public sealed class ChargeCard(ShopContext db, CurrentTenant tenant) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        db.Charges.Add(new Charge { Card = message.Card, Tenant = tenant.Name! });
        return message.Card == "stolen" ? throw new InvalidOperationException("This card is not accepted.") : Task.CompletedTask;
    }
}
