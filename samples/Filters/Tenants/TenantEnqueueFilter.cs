using Outbox;

namespace Samples.Tenants;

/// <summary>Gives every message the header of its tenant, and refuses messages without a tenant.</summary>
public sealed class TenantEnqueueFilter(CurrentTenant tenant) : IEnqueueFilter
{
    public const string Header = "tenant";

    public void OnEnqueue(EnqueueFilterContext context) =>
        context.Headers.Add(Header, tenant.Name ?? throw new InvalidOperationException("A message needs a tenant: set CurrentTenant.Name first."));
}
