using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Outbox.Handling.Chunks;

/// <summary>Tells <see cref="HandlerWatch"/> of the commands of contexts that are watched, and lets them end no transaction.</summary>
internal sealed class HandlerWatchInterceptor : DbCommandInterceptor, IDbTransactionInterceptor
{
    public static readonly HandlerWatchInterceptor Instance = new();

    private HandlerWatchInterceptor()
    {
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => Tell(eventData, result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Tell(eventData, result));

    public override InterceptionResult<int> NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result) => Tell(eventData, result);

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Tell(eventData, result));

    public override InterceptionResult<object> ScalarExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result) => Tell(eventData, result);

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Tell(eventData, result));

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => HandlerWatch.Of(eventData.Context)?.OnFailed();

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        HandlerWatch.Of(eventData.Context)?.OnFailed();
        return Task.CompletedTask;
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Refuse(eventData, result);

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Refuse(eventData, result));

    public InterceptionResult TransactionRollingBack(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Refuse(eventData, result);

    public ValueTask<InterceptionResult> TransactionRollingBackAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Refuse(eventData, result));

    private static T Tell<T>(CommandEventData eventData, T result)
    {
        HandlerWatch.Of(eventData.Context)?.OnCommand(eventData.CommandSource);
        return result;
    }

    private static InterceptionResult Refuse(TransactionEventData eventData, InterceptionResult result)
    {
        if (HandlerWatch.Of(eventData.Context) is not null)
        {
            HandlerWatch.OnTransactionEnd();
        }

        return result;
    }
}
