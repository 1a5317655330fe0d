using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>Reads the state of one database.</summary>
internal sealed class OverviewReader(BoundedReads reads, IControlStore control)
{
    public async Task<OutboxOverview> ReadAsync(CancellationToken cancellationToken)
    {
        var pauses = await control.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reads.RunAsync((context, token) => ReadAsync(context, pauses, token), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ConsumerTopic>> ReadConsumersAsync(CancellationToken cancellationToken) => await reads.RunAsync(
        async (context, token) => await StoredRows.Rows<InboxOffsetRecord>(context).GroupBy(row => new { row.Consumer, row.Topic })
            .OrderBy(group => group.Key.Consumer).ThenBy(group => group.Key.Topic)
            .Select(group => new ConsumerTopic(group.Key.Consumer, group.Key.Topic, group.Count())).ToListAsync(token).ConfigureAwait(false),
        cancellationToken).ConfigureAwait(false);

    private static async Task<OutboxOverview> ReadAsync(DbContext context, IReadOnlyList<OutboxControlEntry> pauses, CancellationToken cancellationToken)
    {
        var now = await BoundedReads.NowAsync(context, cancellationToken).ConfigureAwait(false);
        var buckets = await StoredRows.Rows<OutboxBucketRecord>(context).ToListAsync(cancellationToken).ConfigureAwait(false);
        var relays = await StoredRows.Rows<OutboxRelayRecord>(context).OrderBy(row => row.StartedAt).ToListAsync(cancellationToken).ConfigureAwait(false);
        var keys = await StoredRows.Rows<OutboxParkedKeyRecord>(context).Where(row => row.HoldsKey)
            .Select(row => row.Id).Take(BacklogCount.MostCounted + 1).CountAsync(cancellationToken).ConfigureAwait(false);
        var due = await StoredRows.Rows<OutboxScheduledRecord>(context).OrderBy(row => row.DueAt).ThenBy(row => row.Id)
            .Select(row => (DateTime?)row.DueAt).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        return new OutboxOverview
        {
            At = now,
            Waiting = await BacklogCount.CountAsync(context, MessagePlace.Waiting, now, cancellationToken).ConfigureAwait(false),
            Scheduled = await BacklogCount.CountAsync(context, MessagePlace.Scheduled, now, cancellationToken).ConfigureAwait(false),
            NextDueAt = StoredTime.Of(due),
            ParkedKeys = new RowCount(Math.Min(keys, BacklogCount.MostCounted), keys > BacklogCount.MostCounted),
            Parked = await BacklogCount.CountAsync(context, MessagePlace.Parked, now, cancellationToken).ConfigureAwait(false),
            Deferred = await BacklogCount.CountAsync(context, MessagePlace.Deferred, now, cancellationToken).ConfigureAwait(false),
            Relays = relays.ConvertAll(relay => Summarize(relay, buckets.FindAll(bucket => bucket.Owner == relay.RelayId), now)),
            Buckets = buckets.Count,
            UnownedBuckets = buckets.Count(bucket => bucket.Owner is null || !IsLeased(bucket, now)),
            Pauses = pauses,
        };
    }

    private static RelaySummary Summarize(OutboxRelayRecord relay, List<OutboxBucketRecord> owned, DateTimeOffset now)
    {
        var leased = owned.FindAll(bucket => IsLeased(bucket, now));
        return new RelaySummary(
            relay.RelayId,
            relay.Host,
            relay.Version,
            StoredTime.Of(relay.StartedAt),
            StoredTime.Age(relay.LastSeen, now),
            leased.Count,
            owned.Count - leased.Count,
            leased.Count == 0 ? null : StoredTime.Of(leased.Min(bucket => bucket.LeaseUntil!.Value)) - now,
            relay.LivenessKey is not null);
    }

    private static bool IsLeased(OutboxBucketRecord bucket, DateTimeOffset now) =>
        bucket.LeaseUntil is { } until && StoredTime.Of(until) >= now;
}
