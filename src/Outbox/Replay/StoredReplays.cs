using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>Checks what is asked for and stores it.</summary>
internal sealed class StoredReplays(IReadOnlyList<ReplayConsumer> consumers, ITopicLog? log, ReplayRequests store, TimeProvider time) : IInboxReplay
{
    public async Task<Guid> StartAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        var ranges = await PlanAsync(request, cancellationToken).ConfigureAwait(false);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await store.AddAsync(id, request, ranges, cancellationToken).ConfigureAwait(false);
        return id;
    }

    public async Task<IReadOnlyList<ReplayPartitionStatus>> PreviewAsync(ReplayRequest request, CancellationToken cancellationToken) =>
    [
        .. (await PlanAsync(request, cancellationToken).ConfigureAwait(false)).Select(range => new ReplayPartitionStatus
        {
            Topic = range.Topic,
            Partition = range.Partition,
            FirstOffset = range.From,
            NextOffset = range.From,
            EndOffset = range.Until,
            Handled = 0,
            Skipped = 0,
            Failed = 0,
            Error = null,
        }),
    ];

    public async Task<ReplayStatus?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<ReplayStatus>> ListAsync(string? consumer, CancellationToken cancellationToken) =>
        await store.ListAsync(consumer, cancellationToken).ConfigureAwait(false);

    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken) =>
        await store.CancelAsync(id, cancellationToken).ConfigureAwait(false);

    private async Task<IReadOnlyList<ReplayRange>> PlanAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(request.From);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.RequestedBy.Length, StoredControl.MaxRequestedByLength, nameof(request));
        var consumer = ConsumerOf(request);
        Require(request, consumer);
        var plan = new ReplayPlan(
            log ?? throw new OutboxException("The transport cannot read topics' logs (ITopicLog is not registered), so nothing can be replayed. Use UseKafka or UseInMemoryTransport."),
            time);
        return await plan.MakeAsync(request, consumer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What is missing only the consumer's options tell (whether it keeps marks, and for how long); to run everything again its name and
    /// topics are enough, for whoever carries it out knows the rest.
    /// </summary>
    private ReplayConsumer ConsumerOf(ReplayRequest request)
    {
        if (consumers.FirstOrDefault(known => known.Name == request.Consumer) is { } here)
        {
            return here;
        }

        if (request.Kind == ReplayKind.Again && request.Topics.Count > 0)
        {
            MessageNames.RequireConsumerName(request.Consumer);
            return new ReplayConsumer(request.Consumer, request.Topics, () => new ConsumerOptions());
        }

        throw new OutboxException(
            $"This process has no consumer '{request.Consumer}'. Ask for the replay in a process that adds it with AddConsumer, or name the topics of an {nameof(ReplayKind.Again)} one; known here: {string.Join(", ", consumers.Select(known => known.Name))}.");
    }

    private static void Require(ReplayRequest request, ReplayConsumer consumer)
    {
        foreach (var topic in request.Topics.Where(topic => !consumer.Topics.Contains(topic)))
        {
            throw new OutboxException(
                $"Consumer '{consumer.Name}' does not receive the topic '{topic}', so nothing of it can be replayed for it. It receives: {string.Join(", ", consumer.Topics)}.");
        }

        if (request.Kind == ReplayKind.Missing && consumer.Options().Deduplication is var mode and not (DeduplicationMode.Ids or DeduplicationMode.Both))
        {
            throw new OutboxException(
                $"Consumer '{consumer.Name}' keeps no marks ({nameof(ConsumerOptions.Deduplication)} is {mode}), so nobody knows what of its topics is missing. "
                + $"Ask for {nameof(ReplayKind)}.{nameof(ReplayKind.Again)} with a key or a range, or let it keep {DeduplicationMode.Both}.");
        }

        if (request.MessageName is { } name)
        {
            MessageNames.RequireMessageName(name);
        }

        if (request.MaxPerSecond < 1)
        {
            throw new OutboxException($"{nameof(ReplayRequest)}.{nameof(ReplayRequest.MaxPerSecond)} is {request.MaxPerSecond}. Give at least 1, or leave it null for no limit.");
        }

        if (request.From.Time is { } from && request.To?.Time is { } to && from >= to)
        {
            throw new OutboxException($"The replay's range is empty: {nameof(ReplayRequest.From)} {from:O} is not before {nameof(ReplayRequest.To)} {to:O}.");
        }
    }
}
