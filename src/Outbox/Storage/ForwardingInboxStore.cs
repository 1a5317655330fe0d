using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Storage;

/// <summary>Gives every call on to another store; what is different is overridden.</summary>
internal abstract class ForwardingInboxStore(IInboxStore inner) : IInboxStore
{
    /// <summary>The other store.</summary>
    protected IInboxStore Inner { get; } = inner;

    public virtual ValueTask LimitTransactionAsync(DbContext context, TimeSpan limit, CancellationToken cancellationToken) =>
        Inner.LimitTransactionAsync(context, limit, cancellationToken);

    public abstract ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken);

    public virtual ValueTask TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken) =>
        Inner.TakeBackMarksAsync(context, consumer, marks, cancellationToken);

    public ValueTask<int> TakeBackMarksOfAsync(
        DbContext context, DbTransaction writer, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken) =>
        Inner.TakeBackMarksOfAsync(context, writer, consumer, marks, cancellationToken);

    public ValueTask SetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        Inner.SetOffsetAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask<bool> ClaimOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken) =>
        Inner.ClaimOffsetsAsync(context, consumer, topic, partition, first, nextOffset, cancellationToken);

    public ValueTask TakeBackOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        Inner.TakeBackOffsetsAsync(context, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask TakeBackOffsetsOfAsync(
        DbContext context, DbTransaction writer, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        Inner.TakeBackOffsetsOfAsync(context, writer, consumer, topic, partition, nextOffset, cancellationToken);

    public ValueTask<long?> GetOffsetAsync(DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken) =>
        Inner.GetOffsetAsync(context, consumer, topic, partition, cancellationToken);

    public ValueTask<int> RemoveOldMarksAsync(DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        Inner.RemoveOldMarksAsync(context, consumer, age, limit, cancellationToken);
}
