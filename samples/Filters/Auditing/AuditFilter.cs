using Outbox;
using Samples.Shop;
using Samples.Tenants;

namespace Samples.Auditing;

/// <summary>Writes one row for every handled message, in the handler's own transaction: a failed attempt leaves none.</summary>
public sealed class AuditFilter(ShopContext db, CurrentTenant tenant, TimeProvider time) : IHandleFilter
{
    public async Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken)
    {
        db.Audit.Add(new AuditEntry { Who = tenant.Name ?? "nobody", What = context.Context.MessageName, At = time.GetUtcNow() });
        await next();
    }
}
