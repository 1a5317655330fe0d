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

    public async ValueTask<int> ArchiveAsync(IReadOnlyList<SentMessage> sent, CancellationToken cancellationToken) => sent.Count == 0
        ? 0
        : await session.InTransactionAsync(token => new ArchiveMoves(session).MoveAsync(sent, token), cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
