using Outbox;

namespace Samples.Tenants;

/// <summary>Sets the tenant again for the time of the handler, from the message's header.</summary>
public sealed class TenantHandleFilter(CurrentTenant tenant) : IHandleFilter
{
    public async Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken)
    {
        // An async method's change of an AsyncLocal ends with the method, so the next message starts without a tenant.
        tenant.Name = context.Context.Headers.GetText(TenantEnqueueFilter.Header)
            ?? throw new MessageFormatException("The message has no tenant.");
        await next();
    }
}
