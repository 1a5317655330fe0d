namespace Outbox.Capture;

/// <summary>A message that waits for a save: ready, or still to be made.</summary>
/// <param name="Row">The row, where <paramref name="Factory"/> is null.</param>
/// <param name="Factory">Makes the row after the main commands; else null.</param>
internal readonly record struct PendingMessage(OutboxInsertRow Row, MessageFactory? Factory)
{
    public PendingMessage(OutboxInsertRow row)
        : this(row, null)
    {
    }

    public PendingMessage(MessageFactory factory)
        : this(default, factory)
    {
    }
}
