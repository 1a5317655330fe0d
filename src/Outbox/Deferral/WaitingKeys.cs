using Microsoft.EntityFrameworkCore;
using Outbox.Inbox;
using Outbox.Messages;
using Outbox.Storage;

namespace Outbox.Deferral;

/// <summary>Keeps the order of keys that wait. Does nothing where later messages may pass.</summary>
internal sealed class WaitingKeys(IDeferredStore store, DeferralPolicy policy, string consumer, TimeProvider time) : IWaitingKeys
{
    /// <summary>What is queued is looked at once more soon, lest the one before it was settled while this transaction was open.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(1);

    private static readonly HashSet<Guid> None = [];

    public async ValueTask<IReadOnlySet<Guid>> QueueBehindAsync(
        DbContext context, IReadOnlyList<IdentifiedMessage> messages, CancellationToken cancellationToken)
    {
        if (!policy.InOrder)
        {
            return None;
        }

        var keys = messages.Where(message => message.Message.Key is not null).Select(KeyOf).ToHashSet();
        if (keys.Count == 0)
        {
            return None;
        }

        var waiting = await store.FindWaitingAsync(context, consumer, keys, cancellationToken).ConfigureAwait(false);
        if (waiting.Count == 0)
        {
            return None;
        }

        var behind = messages.Where(message => message.Message.Key is not null && waiting.Contains(KeyOf(message))).ToList();
        var now = time.GetUtcNow().UtcDateTime;
        var rows = behind.ConvertAll(message => DeferredRows.Waiting(consumer, message, now));
        rows.ForEach(row => row.DueAt = now + LookAfter);
        await store.AddAsync(context, rows, cancellationToken).ConfigureAwait(false);
        foreach (var topic in behind.GroupBy(message => message.Message.Source.Topic, message => message.Id))
        {
            await store.SetOutcomeAsync(context, consumer, topic.Key, [.. topic], InboxOutcome.Handled, InboxOutcome.Deferred, cancellationToken)
                .ConfigureAwait(false);
        }

        return behind.Select(message => message.Id).ToHashSet();
    }

    private static DeferredKey KeyOf(IdentifiedMessage message) =>
        new(message.Message.Source.Topic, OrderingKey.Hash(message.Message.Key, message.Id), message.Message.Key!);
}
