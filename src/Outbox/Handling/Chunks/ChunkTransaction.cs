using System.Data;
using System.Data.Common;
using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.CrashPoints;
using Outbox.Inbox;

namespace Outbox.Handling.Chunks;

/// <summary>One attempt at a chunk: a transaction with all its marks, then its handlers, then the commit. Safe for concurrent use.</summary>
internal sealed partial class ChunkTransaction(
    IServiceScopeFactory scopes,
    Type contextType,
    InboxClaims claims,
    MessageOrder order,
    IWaitingKeys waitingKeys,
    ChunkSteps steps,
    string consumer,
    TimeSpan limit,
    TimeProvider time,
    ILogger<ChunkTransaction> logger)
{
    /// <summary>Marks, runs, saves and commits.</summary>
    /// <param name="messages">The messages; each id once.</param>
    /// <param name="levelOf">What the messages of a handler share.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is committed; null where nothing is, and then nobody but the broker need know.</returns>
    /// <exception cref="SharedChunkException">Nothing is committed, and messages that do not share may do better.</exception>
    public async Task<ChunkCommit?> TryRunAsync(
        IReadOnlyList<ChunkMessage> messages, Func<HandlerBinding, ChunkLevel> levelOf, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
            var strategy = context.Database.CreateExecutionStrategy();
            if (!strategy.RetriesOnFailure)
            {
                return await RunAsync(context, messages, levelOf, cancellationToken).ConfigureAwait(false);
            }

            // It must not run the chunk again, which is for the caller to decide, but inside of it the strategies of the handlers'
            // contexts let a save into a transaction.
            Exception? failure = null;
            var commit = await strategy.ExecuteAsync(
                async token =>
                {
                    try
                    {
                        return await RunAsync(context, messages, levelOf, token).ConfigureAwait(false);
                    }
                    catch (Exception exception)
                    {
                        failure = exception;
                        return null;
                    }
                },
                cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            return commit;
        }
    }

    private async Task<ChunkCommit?> RunAsync(
        DbContext context, IReadOnlyList<ChunkMessage> messages, Func<HandlerBinding, ChunkLevel> levelOf, CancellationToken cancellationToken)
    {
        // Read committed whatever the default is: a mark that was waited for must be seen as it is then.
        var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (await claims.ClaimAsync(context, [.. messages.Select(message => message.Message)], cancellationToken).ConfigureAwait(false) is not { } marked)
            {
                return null;
            }

            var fresh = messages.Where(message => marked.Contains(message.Id)).ToList();
            var waiting = await QueueBehindAsync(context, fresh, cancellationToken).ConfigureAwait(false);
            CrashHook.Reach(CrashPoint.InboxMarked);
            var attempt = new ChunkAttempt(transaction.GetDbTransaction(), order, limit, time);
            var started = time.GetTimestamp();
            try
            {
                foreach (var step in ChunkPlan.Of(fresh.Where(message => !waiting.Contains(message.Id)), levelOf, order))
                {
                    await steps.RunAsync(step, attempt, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception) when (!attempt.IsOpen && attempt.IsConnected)
            {
                // Not where the connection was lost: these marks went with it, and what stands there now is another member's, which took
                // the partition over while this one hung.
                await TakeBackUnfinishedAsync(attempt.Transaction, [.. fresh.Except(attempt.Finished).Select(message => message.Message)])
                    .ConfigureAwait(false);
                throw;
            }

            var commit = new ChunkCommit(messages, marked, waiting, attempt, time.GetElapsedTime(started));
            if (fresh.Count > 0)
            {
                await CompleteAsync(context, transaction, attempt, cancellationToken).ConfigureAwait(false);
                CrashHook.Reach(CrashPoint.EffectSaved);
                if (!await TryCommitAsync(transaction, commit, cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }
            }

            return commit;
        }
    }

    private async ValueTask<IReadOnlySet<Guid>> QueueBehindAsync(
        DbContext context, List<ChunkMessage> fresh, CancellationToken cancellationToken) =>
        fresh.Count == 0
            ? new HashSet<Guid>()
            : await waitingKeys.QueueBehindAsync(context, fresh.ConvertAll(message => message.Message), cancellationToken).ConfigureAwait(false);

    /// <summary>Takes back what was left, and makes sure that the transaction can still be committed: a broken one commits nothing, without an error.</summary>
    private async Task CompleteAsync(
        DbContext context, IDbContextTransaction transaction, ChunkAttempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.Left.Count > 0)
        {
            await claims.TakeBackAsync(context, attempt.Left.ConvertAll(message => message.Message), ended: null, cancellationToken).ConfigureAwait(false);
        }
        else if (attempt.IsDoubtful)
        {
            await context.Database.ExecuteSqlRawAsync("SELECT 1", cancellationToken).ConfigureAwait(false);
        }

        if (!ReferenceEquals(context.Database.CurrentTransaction, transaction))
        {
            throw new OutboxException("The chunk's transaction was ended by somebody else.");
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> TryCommitAsync(IDbContextTransaction transaction, ChunkCommit commit, CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            CrashHook.Reach(CrashPoint.EffectCommitted);
            return true;
        }
        catch (Exception exception)
        {
            LogCommitFailed(exception, consumer);
            await transaction.DisposeAsync().ConfigureAwait(false);
            return await IsCommittedAsync(commit, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a commit that failed has happened nevertheless: then none of its messages can be marked again.</summary>
    private async Task<bool> IsCommittedAsync(ChunkCommit commit, CancellationToken cancellationToken)
    {
        var kept = commit.Kept.ToList();
        return kept.Count > 0 && await InTransactionAsync(
            context => claims.AreCommittedAsync(context, kept, cancellationToken), isKept: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A handler may have committed marks of messages that were not handled. They would be lost, so this is not to be cancelled. Where it
    /// has rolled them back, others may have theirs there by now.
    /// </summary>
    private async Task TakeBackUnfinishedAsync(DbTransaction ended, IReadOnlyCollection<IdentifiedMessage> unfinished)
    {
        LogEndedByHandler(consumer, unfinished.Count);
        await InTransactionAsync(
            async context =>
            {
                await claims.TakeBackAsync(context, unfinished, ended, CancellationToken.None).ConfigureAwait(false);
                return true;
            },
            isKept: true,
            CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<T> InTransactionAsync<T>(Func<DbContext, Task<T>> work, bool isKept, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
            return await context.Database.CreateExecutionStrategy().ExecuteAsync(
                async token =>
                {
                    var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, token).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        var result = await work(context).ConfigureAwait(false);
                        if (isKept)
                        {
                            await transaction.CommitAsync(token).ConfigureAwait(false);
                        }

                        return result;
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(6030, LogLevel.Warning, "Consumer {Consumer}: the commit of a chunk failed. The marks tell whether it has happened; else its messages are handled one by one.")]
    private partial void LogCommitFailed(Exception exception, string consumer);

    [LoggerMessage(
        6031,
        LogLevel.Error,
        "Consumer {Consumer}: a handler ended the database transaction of its chunk. {Count} messages that were not handled are taken back, and handled one by one.")]
    private partial void LogEndedByHandler(string consumer, int count);
}
