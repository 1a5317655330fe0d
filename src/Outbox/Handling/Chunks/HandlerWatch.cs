using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Outbox.Handling.Chunks;

/// <summary>
/// What handlers do with one context in a chunk's transaction: told by <see cref="HandlerWatchInterceptor"/>, read by the chunk. Found
/// by its context while the chunk lasts. Used by one caller at a time.
/// </summary>
internal sealed class HandlerWatch
{
    private static readonly ConditionalWeakTable<DbContext, HandlerWatch> Watches = [];

    /// <summary>Whether a command has failed: some databases give up the whole transaction then.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether the current message has sent a command.</summary>
    public bool HasAsked { get; private set; }

    /// <summary>Whether a command ran while earlier messages' changes were not saved. It did not see them, so nothing may come of it.</summary>
    public bool IsSpoilt { get; private set; }

    /// <summary>Whether the context still holds what earlier messages left in it.</summary>
    public bool HoldsEarlier { get; set; }

    public static HandlerWatch? Of(DbContext? context) => context is not null && Watches.TryGetValue(context, out var watch) ? watch : null;

    public static HandlerWatch Begin(DbContext context)
    {
        var watch = new HandlerWatch();
        Watches.AddOrUpdate(context, watch);
        return watch;
    }

    public static void End(DbContext context) => Watches.Remove(context);

    public void BeginMessage() => HasAsked = false;

    /// <exception cref="OutboxException">The command would not see what earlier messages of the chunk have changed.</exception>
    public void OnCommand(CommandSource source)
    {
        if (source == CommandSource.ValueGenerator)
        {
            return;
        }

        HasAsked = true;
        if (HoldsEarlier && source != CommandSource.SaveChanges)
        {
            IsSpoilt = true;
            throw new OutboxException(
                "A handler that shares its chunk must only add to its context: this command would not see what earlier messages have not saved yet. "
                + "The chunk is handled again with a context for each message. Remove SharesChunk() from the handler.");
        }
    }

    public void OnFailed() => HasFailed = true;

    /// <exception cref="OutboxException">Always: the transaction carries other messages too.</exception>
    public static void OnTransactionEnd() => throw new OutboxException(
        "The handler ended the transaction that carries the inbox marks. Remove its calls of CommitTransaction and RollbackTransaction: "
        + "the library commits after the handler.");
}
