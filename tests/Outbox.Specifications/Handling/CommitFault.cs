using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Outbox.Specifications.Handling;

/// <summary>Makes commits fail with a transient error: before the database has done it, or after, so that the outcome is unknown.</summary>
public sealed class CommitFault : DbTransactionInterceptor
{
    private int _before;
    private int _after;
    private int _count;

    /// <summary>How many commits the database has done.</summary>
    public int Count => Volatile.Read(ref _count);

    public void FailBefore(int commits) => _before = commits;

    public void FailAfter(int commits) => _after = commits;

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        Interlocked.Decrement(ref _before) >= 0 ? throw new TransientFaultException() : ValueTask.FromResult(result);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        Interlocked.Increment(ref _count) > 0 && Interlocked.Decrement(ref _after) >= 0 ? throw new TransientFaultException() : Task.CompletedTask;
}
