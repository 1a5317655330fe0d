#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Replays that are asked for, looked at and cancelled, on any relational provider. Safe for concurrent use.</summary>
internal sealed class ReplayRequests(ContextSessions sessions)
{
    private const int MostListed = 100;

    /// <summary>Stores a replay with its partitions, all or nothing.</summary>
    public async ValueTask AddAsync(Guid id, ReplayRequest request, IReadOnlyList<ReplayRange> ranges, CancellationToken cancellationToken) =>
        await sessions.InTransactionAsync(
            async (session, token) =>
            {
                await InsertAsync(session, id, request, isCompleted: ranges.Count == 0, token).ConfigureAwait(false);
                var table = session.Tables.ReplayPartitions;
                var insert = $"INSERT INTO {table.Name} ({table.Columns("ReplayId", "Topic", "Partition", "FirstOffset", "NextOffset", "EndOffset")}) "
                    + "VALUES ({0}, {1}, {2}, {3}, {3}, {4})";
                foreach (var range in ranges)
                {
                    await session.Context.Database.ExecuteSqlRawAsync(insert, [id, range.Topic, range.Partition, range.From, range.Until], token)
                        .ConfigureAwait(false);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    public ValueTask<ReplayStatus?> FindAsync(Guid id, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) =>
            await ReadAsync(session, Replays(session).Where(row => row.Id == id), token).ConfigureAwait(false) is [var found] ? found : null,
        cancellationToken);

    public ValueTask<IReadOnlyList<ReplayStatus>> ListAsync(string? consumer, CancellationToken cancellationToken) => sessions.RunAsync(
        (session, token) => ReadAsync(session, Replays(session).Where(row => consumer == null || row.Consumer == consumer), token),
        cancellationToken);

    /// <returns>False where it had ended before.</returns>
    public ValueTask<bool> CancelAsync(Guid id, CancellationToken cancellationToken) => sessions.RunAsync(
        async (session, token) => await Replays(session).Where(row => row.Id == id && row.State == ReplayState.Running).ExecuteUpdateAsync(
            row => row.SetProperty(to => to.State, ReplayState.Cancelled).SetProperty(to => to.FinishedAt, to => (DateTime?)DateTime.UtcNow),
            token).ConfigureAwait(false) > 0,
        cancellationToken);

    private static Task<int> InsertAsync(
        ContextSession session, Guid id, ReplayRequest request, bool isCompleted, CancellationToken cancellationToken)
    {
        var values = new List<(string Property, object Value)>
        {
            ("Id", id),
            ("Consumer", request.Consumer),
            ("Kind", (short)request.Kind),
            ("State", (short)(isCompleted ? ReplayState.Completed : ReplayState.Running)),
            ("RequestedBy", request.RequestedBy),
            ("HasMarks", request.Kind == ReplayKind.Again && !isCompleted),
        };
        AddUnlessNull("Key", request.Key);
        AddUnlessNull("MessageName", request.MessageName);
        AddUnlessNull("MaxPerSecond", request.MaxPerSecond);
        var table = session.Tables.Replays;
        var places = string.Join(", ", Enumerable.Range(0, values.Count).Select(i => FormattableString.Invariant($"{{{i}}}")));
        var insert = $"INSERT INTO {table.Name} ({table.Columns([.. values.Select(value => value.Property)])}{(isCompleted ? ", " + table["FinishedAt"] : "")}) "
            + $"VALUES ({places}{(isCompleted ? ", CURRENT_TIMESTAMP" : "")})";
        return session.Context.Database.ExecuteSqlRawAsync(insert, values.Select(value => value.Value), cancellationToken);

        void AddUnlessNull(string property, object? value)
        {
            if (value is not null)
            {
                values.Add((property, value));
            }
        }
    }

    private static async Task<IReadOnlyList<ReplayStatus>> ReadAsync(
        ContextSession session, IQueryable<InboxReplayRecord> replays, CancellationToken cancellationToken)
    {
        var rows = await replays.OrderByDescending(row => row.RequestedAt).ThenByDescending(row => row.Id).Take(MostListed)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var ids = rows.ConvertAll(row => row.Id);
        var partitions = await session.Context.Set<InboxReplayPartitionRecord>().AsNoTracking().IgnoreQueryFilters()
            .Where(row => EF.Parameter(ids).Contains(row.ReplayId))
            .OrderBy(row => row.Topic).ThenBy(row => row.Partition).ToListAsync(cancellationToken).ConfigureAwait(false);
        var byReplay = partitions.ToLookup(row => row.ReplayId, Status);
        return rows.ConvertAll(row => Status(row, [.. byReplay[row.Id]]));
    }

    private static ReplayStatus Status(InboxReplayRecord row, IReadOnlyList<ReplayPartitionStatus> partitions) => new()
    {
        Id = row.Id,
        Consumer = row.Consumer,
        Kind = row.Kind,
        State = row.State,
        RequestedBy = row.RequestedBy,
        RequestedAt = Utc(row.RequestedAt),
        FinishedAt = row.FinishedAt is { } finished ? Utc(finished) : null,
        Partitions = partitions,
    };

    private static ReplayPartitionStatus Status(InboxReplayPartitionRecord row) => new()
    {
        Topic = row.Topic,
        Partition = row.Partition,
        FirstOffset = row.FirstOffset,
        NextOffset = row.NextOffset,
        EndOffset = row.EndOffset,
        Handled = row.Handled,
        Skipped = row.Skipped,
        Failed = row.Failed,
        Error = row.Error,
    };

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static IQueryable<InboxReplayRecord> Replays(ContextSession session) =>
        session.Context.Set<InboxReplayRecord>().AsNoTracking().IgnoreQueryFilters();
}
