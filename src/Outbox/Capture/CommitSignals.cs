using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.CrashPoints;
using Outbox.Signals;

namespace Outbox.Capture;

/// <summary>
/// Holds wake-ups back until the transaction that carries the messages is committed. Transactions are held weakly, since one that is
/// disposed without a commit tells nobody. Keyed by the provider's transaction, which several contexts may share. A hint only.
/// </summary>
internal sealed class CommitSignals
{
    private readonly ConditionalWeakTable<DbTransaction, HashSet<RelayWakeup>> _waiting = [];

    /// <summary>A context has written messages: signals at once where no transaction is open, else when it commits.</summary>
    public void Saved(DbContext context, RelayWakeup wakeup)
    {
        if (context.Database.CurrentTransaction?.GetDbTransaction() is { } transaction)
        {
            var wakeups = _waiting.GetOrCreateValue(transaction);
            lock (wakeups)
            {
                wakeups.Add(wakeup);
            }
        }
        else if ((context.Database.GetEnlistedTransaction() ?? Transaction.Current) is { } ambient)
        {
            ambient.TransactionCompleted += (_, completed) =>
            {
                if (completed.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                {
                    wakeup.Signal();
                }
            };
        }
        else
        {
            wakeup.Signal();
        }
    }

    public void Committed(DbTransaction transaction)
    {
        if (!_waiting.TryGetValue(transaction, out var wakeups))
        {
            return;
        }

        CrashHook.Reach(CrashPoint.CaptureCommitted);
        _waiting.Remove(transaction);
        lock (wakeups)
        {
            foreach (var wakeup in wakeups)
            {
                wakeup.Signal();
            }
        }
    }

    /// <summary>Also for a transaction that begins: providers use the object of an earlier one again.</summary>
    public void Forget(DbTransaction transaction) => _waiting.Remove(transaction);
}
