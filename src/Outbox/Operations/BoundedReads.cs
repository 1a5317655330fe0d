using Microsoft.EntityFrameworkCore;
using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>Runs questions so that none can hold up the database: in the order of indexes, and with a limit of time where the database knows one.</summary>
internal sealed class BoundedReads(ContextSessions sessions)
{
    public async ValueTask<T> RunAsync<T>(Func<DbContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // A transaction only where settings are to end with it: on SQLite it would hold up the writers.
            return session.Dialect.BoundedReads is { } settings
                ? await session.InTransactionAsync(token => ReadAsync(session, settings, token), cancellationToken).ConfigureAwait(false)
                : await session.RunAsync(token => read(session.Context, token), cancellationToken).ConfigureAwait(false);
        }

        async Task<T> ReadAsync(ContextSession session, string settings, CancellationToken token)
        {
            await session.Context.Database.ExecuteSqlRawAsync(settings, token).ConfigureAwait(false);
            return await read(session.Context, token).ConfigureAwait(false);
        }
    }

    /// <summary>The database's clock.</summary>
    public static async Task<DateTimeOffset> NowAsync(DbContext context, CancellationToken cancellationToken)
    {
        var now = await context.Database.SqlQueryRaw<DateTime>("SELECT CURRENT_TIMESTAMP AS \"Value\"").ToListAsync(cancellationToken).ConfigureAwait(false);
        return StoredTime.Of(now[0]);
    }
}
