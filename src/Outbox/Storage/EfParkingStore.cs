using Microsoft.EntityFrameworkCore;
using Outbox.CrashPoints;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Parked messages on any relational provider: plain <c>INSERT … SELECT</c> under the bucket's lock.</summary>
internal sealed class EfParkingStore(ContextSessions sessions) : IParkingStore
{
    private const string Release = "release";
    private const string Discard = "discard";

    public ValueTask<bool> ParkAsync(BucketLease lease, IReadOnlyList<ParkedMessage> messages, CancellationToken cancellationToken) =>
        UnderLockAsync(
            lease,
            async (moves, token) =>
            {
                foreach (var message in messages.OrderBy(message => message.Id))
                {
                    await moves.ParkAsync(message, token).ConfigureAwait(false);
                }

                CrashHook.Reach(CrashPoint.ParkMoved);
            },
            cancellationToken);

    public ValueTask<bool> AbsorbAsync(BucketLease lease, IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        UnderLockAsync(
            lease,
            async (moves, token) =>
            {
                foreach (var some in ids.Order().Chunk(500))
                {
                    await moves.AbsorbAsync(some, token).ConfigureAwait(false);
                }
            },
            cancellationToken);

    public ValueTask<bool> CarryOutAsync(BucketLease lease, IReadOnlyCollection<long> parkedKeyIds, CancellationToken cancellationToken) =>
        UnderLockAsync(
            lease,
            async (moves, token) =>
            {
                foreach (var key in parkedKeyIds.Order())
                {
                    switch (await moves.LockRequestAsync(key, token).ConfigureAwait(false))
                    {
                        case Release:
                            await moves.ReleaseAsync(key, token).ConfigureAwait(false);
                            CrashHook.Reach(CrashPoint.ReleaseMoved);
                            break;
                        case Discard:
                            await moves.RemoveAsync(key, token).ConfigureAwait(false);
                            break;
                    }
                }
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ParkedKey>> ReadKeysAsync(BucketSet buckets, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var (total, owned) = (buckets.Total, buckets.ToArray());
            var rows = await session.Context.Set<OutboxParkedKeyRecord>().AsNoTracking().IgnoreQueryFilters()
                .Where(row => row.HoldsKey || row.RequestedAction != null)
                .Where(row => EF.Parameter(owned).Contains(row.KeyHash % total))
                .OrderBy(row => row.Id)
                .ToListAsync(token).ConfigureAwait(false);
            return (IReadOnlyList<ParkedKey>)rows.ConvertAll(
                row => new ParkedKey(row.Id, row.KeyHash, row.Topic, row.Key, row.HoldsKey, Request(row.RequestedAction)));
        },
        cancellationToken);

    public ValueTask<bool> RequestAsync(long parkedKeyId, ParkedKeyAction action, CancellationToken cancellationToken)
    {
        var request = action switch
        {
            ParkedKeyAction.Release => Release,
            ParkedKeyAction.Discard => Discard,
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
        };
        return sessions.RunAsync(
            async (session, token) => await session.Context.Set<OutboxParkedKeyRecord>().IgnoreQueryFilters()
                .Where(row => row.Id == parkedKeyId)
                .ExecuteUpdateAsync(row => row.SetProperty(to => to.RequestedAction, request), token).ConfigureAwait(false) > 0,
            cancellationToken);
    }

    private static ParkedKeyAction? Request(string? request) => request switch
    {
        Release => ParkedKeyAction.Release,
        Discard => ParkedKeyAction.Discard,
        _ => null,
    };

    private ValueTask<bool> UnderLockAsync(
        BucketLease lease, Func<ParkingMoves, CancellationToken, Task> move, CancellationToken cancellationToken) =>
        sessions.InTransactionAsync(
            async (session, token) =>
            {
                // An update that changes nothing locks the row on every provider, and first: whoever wants the bucket waits until the
                // move is committed, and a move with an old epoch finds no row.
                var locked = await session.Context.Set<OutboxBucketRecord>().IgnoreQueryFilters()
                    .Where(row => row.Bucket == lease.Bucket && row.Epoch == lease.Epoch && row.Owner != null)
                    .ExecuteUpdateAsync(row => row.SetProperty(to => to.Epoch, to => to.Epoch), token).ConfigureAwait(false);
                if (locked == 0)
                {
                    return false;
                }

                await move(new ParkingMoves(session), token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
}
