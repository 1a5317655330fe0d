using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>Checks what is asked for and stores it.</summary>
internal sealed class StoredReplays(IReadOnlyList<ReplayConsumer> consumers, ITopicLog? log, ReplayRequests store, TimeProvider time) : IInboxReplay
{
    public async Task<Guid> StartAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(request.From);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.RequestedBy.Length, StoredControl.MaxRequestedByLength, nameof(request));
        var consumer = consumers.FirstOrDefault(known => known.Name == request.Consumer) ?? throw new OutboxException(
            $"This process has no consumer '{request.Consumer}'. Ask for the replay in a process that adds it with AddConsumer; known here: {string.Join(", ", consumers.Select(known => known.Name))}.");
        Require(request, consumer);
        var plan = new ReplayPlan(
            log ?? throw new OutboxException("The transport cannot read topics' logs (ITopicLog is not registered), so nothing can be replayed. Use UseKafka or UseInMemoryTransport."),
            time);
        var ranges = await plan.MakeAsync(request, consumer, cancellationToken).ConfigureAwait(false);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await store.AddAsync(id, request, ranges, cancellationToken).ConfigureAwait(false);
        return id;
    }

    public async Task<ReplayStatus?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<ReplayStatus>> ListAsync(string? consumer, CancellationToken cancellationToken) =>
        await store.ListAsync(consumer, cancellationToken).ConfigureAwait(false);

    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken) =>
        await store.CancelAsync(id, cancellationToken).ConfigureAwait(false);

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
