using Microsoft.EntityFrameworkCore;

namespace Outbox.Operations;

/// <summary>
/// Counts a table's messages by topic: exactly up to a limit, beyond it from samples of ids. Statistics of the database would tell
/// less: those of a queue are always stale.
/// </summary>
internal static class BacklogCount
{
    /// <summary>Up to here it is counted.</summary>
    public const int MostCounted = 10_000;

    private const int Samples = 20;
    private const int SampleWidth = 500;

    public static async Task<PlaceBacklog> CountAsync(
        DbContext context, MessagePlace place, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = StoredRows.Of(context, place);
        var oldest = await GroupAsync(rows.OrderBy(row => row.Id).Take(MostCounted + 1), cancellationToken).ConfigureAwait(false);
        var age = oldest.Count == 0 ? TimeSpan.Zero : oldest.Max(group => StoredTime.Age(group.Oldest, now));
        var counts = oldest.ToDictionary(group => (group.Topic, group.Consumer), group => (double)group.Count);
        var isEstimated = counts.Values.Sum() > MostCounted;
        if (isEstimated)
        {
            counts = await EstimateAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        var ages = oldest.ToDictionary(group => (group.Topic, group.Consumer), group => (TimeSpan?)StoredTime.Age(group.Oldest, now));
        var topics = counts.Keys.Union(ages.Keys)
            .Select(key => new TopicBacklog(
                key.Topic, key.Consumer, new RowCount((long)Math.Round(counts.GetValueOrDefault(key)), isEstimated), ages.GetValueOrDefault(key)))
            .OrderByDescending(topic => topic.Count.Value).ThenBy(topic => topic.Topic, StringComparer.Ordinal)
            .ToList();
        return new PlaceBacklog(place, new RowCount((long)Math.Round(counts.Values.Sum()), isEstimated), age, topics);
    }

    /// <summary>Looks at stretches of ids, evenly spread, and takes what lies between them to be like them.</summary>
    private static async Task<Dictionary<(string Topic, string Consumer), double>> EstimateAsync(
        IQueryable<StoredRow> rows, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<(string, string), double>();
        var first = await rows.OrderBy(row => row.Id).Select(row => row.Id).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        var last = await rows.OrderByDescending(row => row.Id).Select(row => row.Id).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        var stride = Math.Max(SampleWidth, (last - first + Samples) / Samples);
        for (var start = first; start <= last; start += stride)
        {
            // In the middle of its stretch.
            var from = start + ((stride - SampleWidth) / 2);
            var until = from + SampleWidth;
            var groups = await GroupAsync(
                rows.Where(row => row.Id >= from && row.Id < until).OrderBy(row => row.Id).Take(SampleWidth), cancellationToken).ConfigureAwait(false);
            foreach (var group in groups)
            {
                var key = (group.Topic, group.Consumer);
                counts[key] = counts.GetValueOrDefault(key) + (group.Count * (double)stride / SampleWidth);
            }
        }

        return counts;
    }

    private static Task<List<TopicGroup>> GroupAsync(IQueryable<StoredRow> rows, CancellationToken cancellationToken) =>
        rows.GroupBy(row => new { row.Topic, row.Consumer })
            .Select(group => new TopicGroup
            {
                Topic = group.Key.Topic,
                Consumer = group.Key.Consumer,
                Count = group.Count(),
                Oldest = group.Min(row => row.CreatedAt),
            })
            .ToListAsync(cancellationToken);

    private sealed class TopicGroup
    {
        public string Topic { get; init; } = "";

        public string Consumer { get; init; } = "";

        public int Count { get; init; }

        public DateTime Oldest { get; init; }
    }
}
