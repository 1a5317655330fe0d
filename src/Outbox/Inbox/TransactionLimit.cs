namespace Outbox.Inbox;

/// <summary>How long a consumer's transaction may be idle, or wait for a lock, before the database ends it.</summary>
internal static class TransactionLimit
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>A handler that goes on for so long takes no notice of its cancellation.</summary>
    public static TimeSpan Of(TimeSpan handlerTimeout) => handlerTimeout + Margin;
}
