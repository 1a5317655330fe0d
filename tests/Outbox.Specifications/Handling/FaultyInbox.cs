using Microsoft.EntityFrameworkCore;
using Outbox.Storage;

namespace Outbox.Specifications.Handling;

/// <summary>An inbox whose database is away for a while.</summary>
internal sealed class FaultyInbox(IInboxStore inner) : IInboxStore
{
    private int _failures;
    private InboxOutcome _failing;

    public void FailNext(int marks, InboxOutcome outcome) => (_failing, _failures) = (outcome, marks);

    public ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        if (marks.Any(mark => mark.Outcome == _failing) && Interlocked.Decrement(ref _failures) >= 0)
        {
            throw new TimeoutException("The database is away.");
        }

        return inner.MarkAsync(context, consumer, marks, cancellationToken);
    }

    public ValueTask TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        inner.TakeBackMarksAsync(context, consumer, messageIds, cancellationToken);

    public ValueTask SetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        inner.SetOffsetAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask<bool> ClaimOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken) =>
        inner.ClaimOffsetsAsync(context, consumer, topic, partition, first, nextOffset, cancellationToken);

    public ValueTask TakeBackOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        inner.TakeBackOffsetsAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask<long?> GetOffsetAsync(DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken) =>
        inner.GetOffsetAsync(context, consumer, topic, partition, cancellationToken);

    public ValueTask<int> RemoveOldMarksAsync(
        DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        inner.RemoveOldMarksAsync(context, consumer, age, limit, cancellationToken);
}
