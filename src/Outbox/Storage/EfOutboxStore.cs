using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The waiting messages through LINQ, on any relational provider.</summary>
internal sealed class EfOutboxStore(ContextSessions sessions) : IOutboxStore
{
    public async ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken cancellationToken) =>
        new EfOutboxReader(await OpenAsync(cancellationToken).ConfigureAwait(false));

    public async ValueTask<IOutboxSettler> OpenSettlerAsync(CancellationToken cancellationToken) =>
        new EfOutboxSettler(await OpenAsync(cancellationToken).ConfigureAwait(false));

    public ValueTask<OutboxBacklog> GetBacklogAsync(CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var waiting = session.Context.Set<OutboxMessageRecord>().IgnoreQueryFilters();
            var parked = session.Context.Set<OutboxParkedKeyRecord>().IgnoreQueryFilters();
            var count = await waiting.LongCountAsync(token).ConfigureAwait(false);
            var oldest = await waiting.OrderBy(row => row.Id)
#pragma warning disable RS0030 // the database's clock once it is translated
                .Select(row => new { row.CreatedAt, Now = DateTime.UtcNow })
#pragma warning restore RS0030
                .FirstOrDefaultAsync(token).ConfigureAwait(false);
            var keys = await parked.LongCountAsync(row => row.HoldsKey, token).ConfigureAwait(false);
            var age = oldest is null || oldest.Now < oldest.CreatedAt ? TimeSpan.Zero : oldest.Now - oldest.CreatedAt;
            return new OutboxBacklog(count, age, keys);
        },
        cancellationToken);

    public ValueTask<long> CountWaitingAsync(long most, CancellationToken cancellationToken) => sessions.RunAsync(
        (session, token) => session.Context.Set<OutboxMessageRecord>().IgnoreQueryFilters()
            .Select(row => row.Id).Take((int)Math.Min(most, int.MaxValue)).LongCountAsync(token),
        cancellationToken);

    private async ValueTask<ContextSession> OpenAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await session.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
