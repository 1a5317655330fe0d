using System.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Storage;

/// <summary>Marks without the transaction of the effects would be a lie.</summary>
public static class InboxTransaction
{
    /// <summary>Makes sure that a context is in a transaction: its own, an enlisted or an ambient one.</summary>
    /// <exception cref="OutboxException">It is in none.</exception>
    public static void Require(DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Database.CurrentTransaction is null && context.Database.GetEnlistedTransaction() is null && Transaction.Current is null)
        {
            throw new OutboxException(
                "Inbox marks and offsets are written in the transaction of the handler's effects, but the context has none. "
                + "Begin one with Database.BeginTransactionAsync.");
        }
    }
}
