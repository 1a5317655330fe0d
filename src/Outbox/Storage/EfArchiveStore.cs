#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The archive on any relational provider. It has no index but its primary key, in whose order messages were sent.</summary>
internal sealed class EfArchiveStore(ContextSessions sessions) : IArchiveStore
{
    public async ValueTask RequireAsync(CancellationToken cancellationToken) => await sessions.RunAsync(
        (session, token) =>
        {
            session.Tables.RequireArchive();
            return session.Context.Set<OutboxArchiveRecord>().IgnoreQueryFilters().AnyAsync(row => row.Id < 0, token);
        },
        cancellationToken).ConfigureAwait(false);

    public ValueTask<int> RemoveOldAsync(TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        var seconds = -age.TotalSeconds;
        return sessions.RunAsync(
            async (session, token) =>
            {
                session.Tables.RequireArchive();
                var archive = session.Context.Set<OutboxArchiveRecord>().IgnoreQueryFilters();

                // The lowest ids first and then their age: so a look costs no more than a batch, however much is kept.
                var old = await archive.OrderBy(row => row.Id).Take(limit).Where(row => row.SentAt < DateTime.UtcNow.AddSeconds(seconds))
                    .Select(row => row.Id).ToArrayAsync(token).ConfigureAwait(false);
                return old.Length == 0
                    ? 0
                    : await archive.Where(row => EF.Parameter(old).Contains(row.Id)).ExecuteDeleteAsync(token).ConfigureAwait(false);
            },
            cancellationToken);
    }
}
