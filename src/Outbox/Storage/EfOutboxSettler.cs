using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Deletes acknowledged messages with one statement for each call.</summary>
internal sealed class EfOutboxSettler(ContextSession session) : IOutboxSettler
{
    public async ValueTask<int> DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return 0;
        }

        // One parameter however many ids: providers limit the number of parameters.
        return await session.Context.Set<OutboxMessageRecord>().IgnoreQueryFilters()
            .Where(row => EF.Parameter(ids).Contains(row.Id))
            .ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
