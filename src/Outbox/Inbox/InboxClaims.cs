using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Inbox;

/// <summary>
/// Makes messages a transaction's to handle, by marks, by offsets, by both or by neither. Every call works on a context's transaction. Safe
/// for concurrent use with different contexts.
/// </summary>
internal sealed class InboxClaims(IInboxStore store, DeduplicationMode mode, string consumer, TimeSpan limit)
{
    /// <summary>Whether messages are recognised by their ids.</summary>
    public bool ById => mode is DeduplicationMode.Ids or DeduplicationMode.Both;

    /// <summary>Whether they are by their offsets, so that those of a partition must be handled in order.</summary>
    public bool ByOffset => mode is DeduplicationMode.Offsets or DeduplicationMode.Both;

    /// <summary>The first call in a transaction that claims nothing by itself.</summary>
    public ValueTask LimitAsync(DbContext context, CancellationToken cancellationToken) => store.LimitTransactionAsync(context, limit, cancellationToken);

    /// <summary>The first call in a transaction, which is bounded by it.</summary>
    /// <returns>False where the message was handled before.</returns>
    public async ValueTask<bool> ClaimAsync(DbContext context, ReceivedMessage message, InboxMark mark, CancellationToken cancellationToken) =>
        await ClaimAsync(
            context, [message], [mark with { Scope = MarkScope.Of(message.Source.Topic, mark.MessageId) }], cancellationToken).ConfigureAwait(false) is { Count: > 0 };

    /// <summary>The same for the messages of a chunk.</summary>
    /// <returns>The ids of those to handle; null where offsets say that some were handled before: then one by one tells which.</returns>
    public ValueTask<IReadOnlySet<Guid>?> ClaimAsync(
        DbContext context, List<IdentifiedMessage> messages, CancellationToken cancellationToken) =>
        ClaimAsync(
            context,
            messages.Select(message => message.Message),
            messages.ConvertAll(MarkOf),
            cancellationToken);

    /// <summary>Takes claims back: the messages were not handled after all, nor those behind them in their partitions where that counts.</summary>
    /// <param name="context">The context.</param>
    /// <param name="messages">What was claimed.</param>
    /// <param name="ended">The transaction that has claimed it, where somebody has ended it; null for the context's own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task TakeBackAsync(
        DbContext context, IReadOnlyCollection<IdentifiedMessage> messages, DbTransaction? ended, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
        {
            return;
        }

        if (ById && !await TakeMarksBackAsync(context, [.. messages.Select(MarkOf)], ended, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        foreach (var ((topic, partition), (first, _)) in ByOffset ? OffsetsOf(messages.Select(message => message.Message)) : [])
        {
            if (ended is null)
            {
                await store.TakeBackOffsetsAsync(context, consumer, topic, partition, first, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await store.TakeBackOffsetsOfAsync(context, ended, consumer, topic, partition, first, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Whether a commit that failed has happened nevertheless. Asked in a transaction that is rolled back. Where nothing is kept nobody knows.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <param name="messages">What the commit claimed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> AreCommittedAsync(
        DbContext context, IReadOnlyCollection<IdentifiedMessage> messages, CancellationToken cancellationToken)
    {
        if (mode == DeduplicationMode.None || messages.Count == 0)
        {
            return false;
        }

        if (ById)
        {
            var marks = messages.Select(MarkOf).ToList();
            return (await store.MarkAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false)).Count == 0;
        }

        foreach (var (partition, (_, next)) in OffsetsOf(messages.Select(message => message.Message)))
        {
            // Not a plain read: it waits for a transaction that still moves the offset.
            if (await store.ClaimOffsetsAsync(context, consumer, partition.Topic, partition.Partition, next - 1, next, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>False where the transaction that has ended has left nothing: offsets that stand there now are not its own either.</returns>
    private async Task<bool> TakeMarksBackAsync(DbContext context, InboxMark[] marks, DbTransaction? ended, CancellationToken cancellationToken)
    {
        if (ended is not null)
        {
            return await store.TakeBackMarksOfAsync(context, ended, consumer, marks, cancellationToken).ConfigureAwait(false) > 0;
        }

        await store.TakeBackMarksAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<IReadOnlySet<Guid>?> ClaimAsync(
        DbContext context, IEnumerable<ReceivedMessage> messages, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        if (mode == DeduplicationMode.Ids)
        {
            return await store.LimitAndMarkAsync(context, consumer, marks, limit, cancellationToken).ConfigureAwait(false);
        }

        await LimitAsync(context, cancellationToken).ConfigureAwait(false);
        if (ByOffset && !await ClaimOffsetsAsync(context, messages, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return ById
            ? await store.MarkAsync(context, consumer, marks, cancellationToken).ConfigureAwait(false)
            : marks.Select(mark => mark.MessageId).ToHashSet();
    }

    private async Task<bool> ClaimOffsetsAsync(
        DbContext context, IEnumerable<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        // In the same order everywhere, or two instances could wait for each other.
        var claims = OffsetsOf(messages).OrderBy(claim => claim.Key.Topic, StringComparer.Ordinal).ThenBy(claim => claim.Key.Partition);
        foreach (var (partition, (first, next)) in claims)
        {
            if (!await store.ClaimOffsetsAsync(context, consumer, partition.Topic, partition.Partition, first, next, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private static InboxMark MarkOf(IdentifiedMessage message) =>
        new(message.Id, InboxOutcome.Handled, Scope: MarkScope.Of(message.Message.Source.Topic, message.Id));

    private static Dictionary<TopicPartitionId, (long First, long Next)> OffsetsOf(IEnumerable<ReceivedMessage> messages)
    {
        var offsets = new Dictionary<TopicPartitionId, (long First, long Next)>();
        foreach (var message in messages)
        {
            var (first, next) = offsets.GetValueOrDefault(message.Source, (long.MaxValue, 0));
            offsets[message.Source] = (Math.Min(first, message.Offset), Math.Max(next, message.Offset + 1));
        }

        return offsets;
    }
}
