using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>Tells the ledger of effects when their transaction has committed, not when their handler has returned.</summary>
internal sealed class EffectCommits(EffectLedger ledger) : DbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbTransaction, List<long>> _pending = [];

    /// <summary>Takes note of an effect that hangs on the context's transaction.</summary>
    public void Add(DbContext context, long sequence) =>
        _pending.GetOrCreateValue(context.Database.CurrentTransaction!.GetDbTransaction()).Add(sequence);

    public override ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        // A driver may use the object of a transaction that is over again.
        _pending.Remove(result);
        return ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (_pending.TryGetValue(transaction, out var sequences))
        {
            _pending.Remove(transaction);
            ledger.Effective(sequences);
        }

        return Task.CompletedTask;
    }
}
