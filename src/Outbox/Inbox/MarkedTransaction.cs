using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.CrashPoints;
using Outbox.Storage;

namespace Outbox.Inbox;

/// <summary>
/// Commits a piece of work together with the inbox mark of its message, or its offset, once. Every try has a scope and a context of its own, those
/// of a retrying execution strategy too. Safe for concurrent use.
/// </summary>
internal sealed partial class MarkedTransaction(
    IServiceScopeFactory scopes, Type contextType, InboxClaims claims, IWaitingKeys waiting, string consumer, ILogger<MarkedTransaction> logger)
{
    /// <summary>Runs the work, saves its context and commits. A message that must not overtake others is queued in place of the work.</summary>
    /// <returns>False where the message was marked before: nothing was done.</returns>
    public async Task<bool> RunAsync(MarkedWork work, CancellationToken cancellationToken)
    {
        work.Begin();
        var scope = scopes.CreateAsyncScope();
        try
        {
            var strategy = Context(scope.ServiceProvider).Database.CreateExecutionStrategy();
            return strategy.RetriesOnFailure
                ? await strategy.ExecuteAsync(work, RunInScopeAsync, cancellationToken).ConfigureAwait(false)
                : await RunOnceAsync(scope.ServiceProvider, work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(scope).ConfigureAwait(false);
        }
    }

    private async Task<bool> RunInScopeAsync(MarkedWork work, CancellationToken cancellationToken)
    {
        work.Begin();
        var scope = scopes.CreateAsyncScope();
        try
        {
            return await RunOnceAsync(scope.ServiceProvider, work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(scope).ConfigureAwait(false);
        }
    }

    private async Task<bool> RunOnceAsync(IServiceProvider services, MarkedWork work, CancellationToken cancellationToken)
    {
        var context = Context(services);

        // Read committed whatever the default is: a mark that was waited for must be seen as it is then.
        var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (!await ClaimAsync(context, work, cancellationToken).ConfigureAwait(false))
            {
                return work.IsCommitTried;
            }

            CrashHook.Reach(CrashPoint.InboxMarked);
            if (!work.IsQueued)
            {
                await work.RunAsync(services, context, cancellationToken).ConfigureAwait(false);
                RequireOwn(context, transaction);
            }

            // For work that swallowed its cancellation: nobody waits for it any more.
            cancellationToken.ThrowIfCancellationRequested();
            if (await context.SaveChangesAsync(cancellationToken).ConfigureAwait(false) == 0)
            {
                // PostgreSQL answers the commit of a transaction in which a command has failed, and rolls it back, without an error.
                await context.Database.ExecuteSqlRawAsync("SELECT 1", cancellationToken).ConfigureAwait(false);
            }

            work.BeginCommit();
            CrashHook.Reach(SavedPoint(work.Mark.Outcome));
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            CrashHook.Reach(CrashPoint.EffectCommitted);
            return true;
        }
    }

    private async ValueTask<bool> ClaimAsync(DbContext context, MarkedWork work, CancellationToken cancellationToken)
    {
        if (work.Claim is { } claim)
        {
            await claims.LimitAsync(context, cancellationToken).ConfigureAwait(false);
            return await claim(context, cancellationToken).ConfigureAwait(false);
        }

        if (!await claims.ClaimAsync(context, work.Source, work.Mark, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        work.IsQueued = work.Behind is { } message
            && (await waiting.QueueBehindAsync(context, [message], cancellationToken).ConfigureAwait(false)).Count > 0;
        return true;
    }

    private static CrashPoint SavedPoint(InboxOutcome outcome) => outcome switch
    {
        InboxOutcome.Deferred => CrashPoint.DeferralSaved,
        InboxOutcome.DeadLettered => CrashPoint.DeadLetterSaved,
        _ => CrashPoint.EffectSaved,
    };

    private DbContext Context(IServiceProvider services) => (DbContext?)services.GetService(contextType) ?? throw new OutboxException(
        $"{contextType.Name} is not registered. Add services.AddDbContext<{contextType.Name}>(…), or one of its kin.");

    private static void RequireOwn(DbContext context, IDbContextTransaction transaction)
    {
        if (!ReferenceEquals(context.Database.CurrentTransaction, transaction))
        {
            throw new OutboxException(
                "The handler ended the transaction that carries the inbox mark, or began another. Remove its calls of "
                + "CommitTransaction, RollbackTransaction and BeginTransaction: the library commits after the handler.");
        }
    }

    private async ValueTask DisposeAsync(AsyncServiceScope scope)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The outcome stands: it was committed or rolled back before.
            LogDisposeFailed(exception, consumer);
        }
    }
}
