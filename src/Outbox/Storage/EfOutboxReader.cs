using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>Reads waiting messages through LINQ.</summary>
internal sealed class EfOutboxReader(ContextSession session) : IOutboxReader
{
    private readonly TopicNames _topics = new();

    public async ValueTask ReadAsync(OutboxRead read, ICollection<OutboxRow> rows, CancellationToken cancellationToken)
    {
        await foreach (var row in Filter(read).AsAsyncEnumerable().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var created = new DateTimeOffset(DateTime.SpecifyKind(row.CreatedAt, DateTimeKind.Utc));
            rows.Add(new OutboxRow(
                row.Id, row.KeyHash, row.MessageId, _topics.Get(row.Topic), row.Key, row.Payload, Encoding.UTF8.GetBytes(row.Headers), created));
        }
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private IQueryable<OutboxMessageRecord> Filter(OutboxRead read)
    {
        var (after, until) = (read.After, read.Until);
        var waiting = session.Context.Set<OutboxMessageRecord>().AsNoTracking().IgnoreQueryFilters()
            .Where(row => row.Id > after && row.Id <= until);
        if (!read.Buckets.IsAll)
        {
            var (total, owned) = (read.Buckets.Total, read.Buckets.ToArray());
            waiting = waiting.Where(row => EF.Parameter(owned).Contains(row.KeyHash % total));
        }

        // Each list is one parameter however long it is: providers limit the number of parameters.
        if (read.ExceptIds.Count > 0)
        {
            var ids = read.ExceptIds.ToArray();
            waiting = waiting.Where(row => !EF.Parameter(ids).Contains(row.Id));
        }

        if (read.ExceptTopics.Count > 0)
        {
            var topics = read.ExceptTopics.ToArray();
            waiting = waiting.Where(row => !EF.Parameter(topics).Contains(row.Topic));
        }

        // Few at any time: each stands for a message that the broker refuses.
        foreach (var (topic, partition, partitions) in read.ExceptPartitions)
        {
            waiting = waiting.Where(row => row.Topic != topic || row.Key == null || row.KeyHash % partitions != partition);
        }

        if (read.ExceptKeyHashes.Count > 0)
        {
            var hashes = read.ExceptKeyHashes.ToArray();
            waiting = waiting.Where(row => !EF.Parameter(hashes).Contains(row.KeyHash));
        }

        return waiting.OrderBy(row => row.Id).Take(read.Limit);
    }
}
