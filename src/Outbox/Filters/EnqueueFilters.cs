namespace Outbox.Filters;

/// <summary>The enqueue filters of one registration, in their order. Safe for concurrent use.</summary>
internal sealed class EnqueueFilters(IReadOnlyList<IEnqueueFilter> filters)
{
    public bool IsEmpty => filters.Count == 0;

    /// <returns>The body to store.</returns>
    /// <exception cref="OutboxException">A filter took the body away.</exception>
    public byte[]? Apply(EnqueueFilterContext context)
    {
        var hadBody = context.Payload is not null;
        foreach (var filter in filters)
        {
            filter.OnEnqueue(context);
            if (hadBody && context.Payload is null)
            {
                throw new OutboxException(
                    $"{filter.GetType().Name} left a message for topic '{context.Topic}' without a body. Give bytes; to send a tombstone, enqueue a RawMessage without payload.");
            }
        }

        return context.Payload;
    }
}
