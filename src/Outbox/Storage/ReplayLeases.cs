#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>
/// Who works on which partition of which replay, and how far that got: leases by the database's clock, on any relational provider.
/// Whatever writes progress must still own the partition, and its replay must run. Safe for concurrent use.
/// </summary>
internal sealed class ReplayLeases(ContextSessions sessions)
{
    private const int MostTried = 16;

    /// <summary>Takes a partition that nobody works on.</summary>
    /// <returns>Null where there is none.</returns>
    public ValueTask<ReplayClaim?> ClaimAsync(string consumer, Guid owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        var seconds = Math.Ceiling(lease.TotalSeconds);
        return sessions.RunAsync(
            async (session, token) =>
            {
                foreach (var claim in await FindFreeAsync(session, consumer, owner, token).ConfigureAwait(false))
                {
                    var taken = await Free(Partition(session, claim)).ExecuteUpdateAsync(
                        row => row.SetProperty(to => to.Owner, owner).SetProperty(to => to.LeaseUntil, to => (DateTime?)DateTime.UtcNow.AddSeconds(seconds)),
                        token).ConfigureAwait(false);
                    if (taken > 0)
                    {
                        // It may have gone on between the look and the update.
                        var next = await Partition(session, claim).Select(row => row.NextOffset).SingleAsync(token).ConfigureAwait(false);
                        return claim with { NextOffset = next };
                    }
                }

                return (ReplayClaim?)null;
            },
            cancellationToken);
    }

    /// <returns>False where it is somebody else's, or the replay has ended.</returns>
    public ValueTask<bool> RenewAsync(ReplayClaim claim, TimeSpan lease, CancellationToken cancellationToken)
    {
        var seconds = Math.Ceiling(lease.TotalSeconds);
        return sessions.RunAsync(
            async (session, token) => await Held(session, claim).ExecuteUpdateAsync(
                row => row.SetProperty(to => to.LeaseUntil, to => (DateTime?)DateTime.UtcNow.AddSeconds(seconds)), token).ConfigureAwait(false) > 0,
            cancellationToken);
    }

    /// <returns>
    /// False where it is somebody else's, the replay has ended, or it stands there already (a call before may have succeeded
    /// although it failed): nothing was written.
    /// </returns>
    public ValueTask<bool> AdvanceAsync(ReplayClaim claim, ReplayStep step, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
        {
            var (next, handled, skipped, failed, error) = step;
            return await Held(session, claim).Where(row => row.NextOffset < next).ExecuteUpdateAsync(
                row => row.SetProperty(to => to.NextOffset, next)
                    .SetProperty(to => to.Handled, to => to.Handled + handled)
                    .SetProperty(to => to.Skipped, to => to.Skipped + skipped)
                    .SetProperty(to => to.Failed, to => to.Failed + failed)
                    .SetProperty(to => to.Error, to => to.Error ?? error),
                token).ConfigureAwait(false) > 0;
        },
        cancellationToken);

    /// <summary>Notes an error, in place of one that was noted before.</summary>
    public async ValueTask TellAsync(ReplayClaim claim, string error, CancellationToken cancellationToken) => await sessions.RunAsync(
        (session, token) => Held(session, claim).ExecuteUpdateAsync(row => row.SetProperty(to => to.Error, error), token),
        cancellationToken).ConfigureAwait(false);

    /// <summary>Gives a partition up; where it was the last one, the replay is completed.</summary>
    public async ValueTask ReleaseAsync(ReplayClaim claim, CancellationToken cancellationToken) => await sessions.RunAsync(
        async (session, token) =>
        {
            await Partition(session, claim).Where(row => row.Owner == claim.Owner).ExecuteUpdateAsync(
                row => row.SetProperty(to => to.Owner, (Guid?)null).SetProperty(to => to.LeaseUntil, (DateTime?)null), token).ConfigureAwait(false);
            var partitions = Partitions(session);
            return await Replays(session).Where(row => row.Id == claim.ReplayId && row.State == ReplayState.Running)
                .Where(row => !partitions.Any(partition => partition.ReplayId == row.Id && partition.NextOffset < partition.EndOffset))
                .ExecuteUpdateAsync(
                    row => row.SetProperty(to => to.State, ReplayState.Completed).SetProperty(to => to.FinishedAt, to => (DateTime?)DateTime.UtcNow),
                    token).ConfigureAwait(false);
        },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Finds a finished replay of the consumer that nobody works on any more and whose marks are still there.</summary>
    public ValueTask<Guid?> FindUntidyAsync(string consumer, CancellationToken cancellationToken) => sessions.RunAsync(
        (session, token) =>
        {
            var partitions = Partitions(session);
            return Replays(session).Where(row => row.Consumer == consumer && row.HasMarks && row.State != ReplayState.Running)
                .Where(row => !partitions.Any(partition => partition.ReplayId == row.Id && partition.Owner != null && partition.LeaseUntil >= DateTime.UtcNow))
                .Select(row => (Guid?)row.Id).FirstOrDefaultAsync(token);
        },
        cancellationToken);

    public async ValueTask SetTidyAsync(Guid replayId, CancellationToken cancellationToken) => await sessions.RunAsync(
        (session, token) => Replays(session).Where(row => row.Id == replayId)
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.HasMarks, false), token),
        cancellationToken).ConfigureAwait(false);

    private static async Task<List<ReplayClaim>> FindFreeAsync(
        ContextSession session, string consumer, Guid owner, CancellationToken cancellationToken)
    {
        var found = await Replays(session).Where(replay => replay.Consumer == consumer && replay.State == ReplayState.Running)
            .Join(Free(Partitions(session)), replay => replay.Id, partition => partition.ReplayId, (replay, partition) => new { replay, partition })
            .Where(both => both.partition.NextOffset < both.partition.EndOffset)
            .OrderBy(both => both.replay.RequestedAt).ThenBy(both => both.partition.Topic).ThenBy(both => both.partition.Partition)
            .Take(MostTried).ToListAsync(cancellationToken).ConfigureAwait(false);
        return found.ConvertAll(both => new ReplayClaim(
            both.replay.Id,
            both.replay.Kind,
            both.partition.Topic,
            both.partition.Partition,
            both.partition.NextOffset,
            both.partition.EndOffset,
            both.replay.Key,
            both.replay.MessageName,
            both.replay.MaxPerSecond,
            owner));
    }

    private static IQueryable<InboxReplayPartitionRecord> Free(IQueryable<InboxReplayPartitionRecord> rows) =>
        rows.Where(row => row.Owner == null || row.LeaseUntil == null || row.LeaseUntil < DateTime.UtcNow);

    private static IQueryable<InboxReplayPartitionRecord> Held(ContextSession session, ReplayClaim claim)
    {
        var replays = Replays(session);
        return Partition(session, claim).Where(row => row.Owner == claim.Owner)
            .Where(row => replays.Any(replay => replay.Id == row.ReplayId && replay.State == ReplayState.Running));
    }

    private static IQueryable<InboxReplayPartitionRecord> Partition(ContextSession session, ReplayClaim claim) =>
        Partitions(session).Where(row => row.ReplayId == claim.ReplayId && row.Topic == claim.Topic && row.Partition == claim.Partition);

    private static IQueryable<InboxReplayPartitionRecord> Partitions(ContextSession session) =>
        session.Context.Set<InboxReplayPartitionRecord>().AsNoTracking().IgnoreQueryFilters();

    private static IQueryable<InboxReplayRecord> Replays(ContextSession session) =>
        session.Context.Set<InboxReplayRecord>().AsNoTracking().IgnoreQueryFilters();
}
