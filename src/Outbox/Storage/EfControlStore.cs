#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Pauses and drains on any relational provider.</summary>
internal sealed class EfControlStore(ContextSessions sessions) : IControlStore
{
    private const string Paused = "paused";
    private const string Draining = "draining";

    public ValueTask<IReadOnlyList<OutboxControlEntry>> ReadAsync(CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var rows = await Controls(session).OrderBy(row => row.Topic).ToListAsync(token).ConfigureAwait(false);
            return (IReadOnlyList<OutboxControlEntry>)rows.ConvertAll(row => new OutboxControlEntry(
                row.Topic,
                row.State == Draining ? OutboxControlState.Draining : OutboxControlState.Paused,
                row.RequestedBy,
                new DateTimeOffset(DateTime.SpecifyKind(row.RequestedAt, DateTimeKind.Utc))));
        },
        cancellationToken);

    public async ValueTask SetAsync(string topic, OutboxControlState? state, string requestedBy, CancellationToken cancellationToken) =>
        await sessions.RunAsync(
            (session, token) => state is { } wanted
                ? WriteAsync(session, topic, wanted == OutboxControlState.Draining ? Draining : Paused, requestedBy, token)
                : Controls(session).Where(row => row.Topic == topic).ExecuteDeleteAsync(token),
            cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> EndDrainAsync(string topic, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var waiting = session.Context.Set<OutboxMessageRecord>().AsNoTracking().IgnoreQueryFilters();
            if (topic.Length > 0)
            {
                waiting = waiting.Where(row => row.Topic == topic);
            }

            return !await waiting.AnyAsync(token).ConfigureAwait(false)
                && await Controls(session).Where(row => row.Topic == topic && row.State == Draining)
                    .ExecuteUpdateAsync(row => row.SetProperty(to => to.State, Paused), token).ConfigureAwait(false) > 0;
        },
        cancellationToken);

    private static async Task<int> WriteAsync(
        ContextSession session, string topic, string state, string requestedBy, CancellationToken cancellationToken)
    {
        var changed = await ChangeAsync().ConfigureAwait(false);
        if (changed > 0)
        {
            return changed;
        }

        var table = session.Tables.Controls;
        var insert = $"INSERT INTO {table.Name} ({table.Columns("Topic", "State", "RequestedBy", "RequestedAt")}) "
            + "VALUES ({0}, {1}, {2}, CURRENT_TIMESTAMP)";
        try
        {
            return await session.Context.Database.ExecuteSqlRawAsync(insert, [topic, state, requestedBy], cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // Somebody else was first; anything else comes again.
            changed = await ChangeAsync().ConfigureAwait(false);
            if (changed == 0)
            {
                throw;
            }

            return changed;
        }

        Task<int> ChangeAsync() => Controls(session).Where(row => row.Topic == topic).ExecuteUpdateAsync(
            row => row.SetProperty(to => to.State, state).SetProperty(to => to.RequestedBy, requestedBy)
                .SetProperty(to => to.RequestedAt, to => DateTime.UtcNow),
            cancellationToken);
    }

    private static IQueryable<OutboxControlRecord> Controls(ContextSession session) =>
        session.Context.Set<OutboxControlRecord>().AsNoTracking().IgnoreQueryFilters();
}
