using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Outbox.Specifications.Capture;

/// <summary>Makes the first commits fail with a <see cref="TransientTestException"/>.</summary>
public sealed class FailingCommits(int count) : DbTransactionInterceptor
{
    public int Left { get; private set; } = count;

    public override InterceptionResult TransactionCommitting(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) => FailOnce(result);

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(FailOnce(result));

    private InterceptionResult FailOnce(InterceptionResult result) => Left-- > 0 ? throw new TransientTestException() : result;
}
