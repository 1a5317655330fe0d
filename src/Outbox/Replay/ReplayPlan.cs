using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>Finds the pieces of the log that a request means. Safe for concurrent use.</summary>
internal sealed class ReplayPlan(ITopicLog log, TimeProvider time)
{
    private static readonly TimeSpan FirstMessage = TimeSpan.FromSeconds(10);

    /// <exception cref="OutboxException">A <see cref="ReplayKind.Missing"/> one begins before the marks do.</exception>
    public async Task<IReadOnlyList<ReplayRange>> MakeAsync(
        ReplayRequest request, ReplayConsumer consumer, CancellationToken cancellationToken)
    {
        var oldestMark = time.GetUtcNow() - consumer.Retention();
        if (request.Kind == ReplayKind.Missing && request.From.Time < oldestMark)
        {
            throw TooOld(consumer, $"begins at {request.From.Time:O}");
        }

        var ranges = new List<ReplayRange>();
        foreach (var topic in request.Topics.Count > 0 ? request.Topics.Distinct(StringComparer.Ordinal) : consumer.Topics)
        {
            var held = await log.GetRangesAsync(topic, cancellationToken).ConfigureAwait(false);
            var from = await PlaceAsync(topic, held, request.From, range => range.First, cancellationToken).ConfigureAwait(false);
            var until = await PlaceAsync(topic, held, request.To, range => range.End, cancellationToken).ConfigureAwait(false);
            ranges.AddRange(held.Where(range => from.ContainsKey(range.Partition) && until.ContainsKey(range.Partition)).Select(range => new ReplayRange(
                topic,
                range.Partition.Partition,
                Math.Max(range.First, from[range.Partition]),
                Math.Min(range.End, until[range.Partition]))));
        }

        ranges.RemoveAll(range => range.From >= range.Until);
        if (request.Kind == ReplayKind.Missing)
        {
            await RequireMarksAsync(ranges, consumer, oldestMark, cancellationToken).ConfigureAwait(false);
        }

        return ranges;
    }

    private async Task<IReadOnlyDictionary<TopicPartitionId, long>> PlaceAsync(
        string topic,
        IReadOnlyList<TopicLogRange> held,
        ReplayPosition? position,
        Func<TopicLogRange, long> otherwise,
        CancellationToken cancellationToken) => position switch
        {
            { Time: { } at } => await log.FindOffsetsAsync(topic, at, cancellationToken).ConfigureAwait(false),
            { Offsets: { } offsets } => offsets,
            _ => held.ToDictionary(range => range.Partition, otherwise),
        };

    /// <summary>What is older than the marks may have been handled and its mark removed: running it could repeat its effect.</summary>
    private async Task RequireMarksAsync(
        List<ReplayRange> ranges, ReplayConsumer consumer, DateTimeOffset oldestMark, CancellationToken cancellationToken)
    {
        foreach (var range in ranges)
        {
            using var reader = log.OpenReader(new TopicPartitionId(range.Topic, range.Partition), range.From, range.Until);
            var read = await reader.ReadAsync(1, FirstMessage, cancellationToken).ConfigureAwait(false);
            if (read.Messages is [var first, ..] && first.Timestamp < oldestMark)
            {
                throw TooOld(consumer, $"would begin with offset {first.Offset} of {first.Source}, a message of {first.Timestamp:O}");
            }
        }
    }

    private static OutboxException TooOld(ReplayConsumer consumer, string what) => new(
        $"The replay {what}, but the marks of consumer '{consumer.Name}' are kept for {consumer.Retention()} only "
        + $"({nameof(ConsumerOptions)}.{nameof(ConsumerOptions.InboxRetention)}): what is older may have been handled although its mark is gone, "
        + $"and would be handled twice. Begin later, or ask for {nameof(ReplayKind)}.{nameof(ReplayKind.Again)} if everything is to run once more.");
}
