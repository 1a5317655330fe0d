using Microsoft.EntityFrameworkCore;
using Outbox.Capture;
using Outbox.Deferral;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Redrive;

/// <summary>Writes some letters' messages in one transaction, and says which of them are new again. Safe for concurrent use.</summary>
internal sealed class RedriveBatch(ContextSessions sessions, IInboxStore marks, IDeferredStore deferred, TimeProvider time)
{
    /// <summary>Into the consumer's deferred messages, with their marks.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="letters">At most one for each message.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    /// <returns>The ids of the messages that were written.</returns>
    public async Task<IReadOnlySet<Guid>> DeferAsync(string consumer, IReadOnlyList<Letter> letters, CancellationToken cancellationToken) =>
        await sessions.InTransactionAsync(
            async (session, token) =>
            {
                var asked = letters.Select(letter => new InboxMark(
                    letter.Message.Id, InboxOutcome.Deferred, letter.Redrives + 1, ScopeOf(letter))).ToArray();
                var isNew = await marks.MarkAsync(session.Context, consumer, asked, token).ConfigureAwait(false);
                var now = time.GetUtcNow().UtcDateTime;
                var rows = letters.Where(letter => isNew.Contains(letter.Message.Id))
                    .Select(letter => DeferredRows.Waiting(consumer, letter.Message, now)).ToList();
                await deferred.AddAsync(session.Context, rows, token).ConfigureAwait(false);
                return isNew;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Into the outbox, for their topic. The marks stay until the messages are received: the first copy makes its message new, a second
    /// one finds the number taken.
    /// </summary>
    public async Task<IReadOnlySet<Guid>> SendAsync(string consumer, string groupId, IReadOnlyList<Letter> letters, CancellationToken cancellationToken) =>
        await sessions.InTransactionAsync(
            async (session, token) =>
            {
                var open = await FindOpenAsync(session.Context, consumer, letters, token).ConfigureAwait(false);
                session.Context.ChangeTracker.Clear();
                foreach (var letter in letters.Where(letter => open.Contains(letter.Message.Id)))
                {
                    OutboxEnqueue.WithoutLimit(session.Context, Compose(letter, groupId));
                }

                await session.Context.SaveChangesAsync(token).ConfigureAwait(false);
                return open;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Which of the messages would be new again.</summary>
    public async Task<IReadOnlySet<Guid>> LookAsync(string consumer, IReadOnlyList<Letter> letters, CancellationToken cancellationToken) =>
        await sessions.RunAsync((session, token) => FindOpenAsync(session.Context, consumer, letters, token), cancellationToken).ConfigureAwait(false);

    private static RawMessage Compose(Letter letter, string groupId)
    {
        var message = letter.Message.Message;
        var id = letter.Message.Id;

        // The relay adds the id from the row.
        var headers = new MessageHeaders(message.Headers.Where(header =>
                header.Name != OutboxHeaders.MessageId || !Guid.TryParse(header.AsText(), out var own) || own != id))
            .Add(OutboxHeaders.RedriveGroup, groupId);
        return new RawMessage(message.Source.Topic, message.Key, message.Payload) { MessageId = id, Headers = headers };
    }

    /// <summary>All letters of a request are of one topic.</summary>
    private static int ScopeOf(Letter letter) => MarkScope.Of(letter.Message.Message.Source.Topic, letter.Message.Id);

    private static async Task<IReadOnlySet<Guid>> FindOpenAsync(
        DbContext context, string consumer, IReadOnlyList<Letter> letters, CancellationToken cancellationToken)
    {
        var ids = letters.Select(letter => letter.Message.Id).ToArray();
        var scopes = letters.Select(ScopeOf).Distinct().ToArray();
        var known = await context.Set<InboxMessageRecord>().AsNoTracking().IgnoreQueryFilters()
            .Where(row => row.Consumer == consumer && EF.Parameter(ids).Contains(row.MessageId) && EF.Parameter(scopes).Contains(row.Scope))
            .Select(row => new { row.MessageId, row.Outcome, row.Redrive })
            .ToDictionaryAsync(row => row.MessageId, cancellationToken).ConfigureAwait(false);
        return letters
            .Where(letter => !known.TryGetValue(letter.Message.Id, out var mark)
                || (mark.Outcome == InboxOutcome.DeadLettered && mark.Redrive <= letter.Redrives))
            .Select(letter => letter.Message.Id).ToHashSet();
    }
}
