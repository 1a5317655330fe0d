namespace Outbox.Signals;

/// <summary>Whether messages may be enqueued: written by the watch over the backlog, read by every enqueue. Safe for concurrent use.</summary>
internal sealed class BacklogGate
{
    private volatile string? _refusal;

    public bool IsClosed => _refusal is not null;

    /// <summary>From now on every enqueue fails with this text, which names cause and fix.</summary>
    public void Close(string refusal) => _refusal = refusal;

    public void Open() => _refusal = null;

    /// <exception cref="OutboxException">Too many messages wait.</exception>
    public void RequireOpen()
    {
        if (_refusal is { } refusal)
        {
            throw new OutboxException(refusal);
        }
    }
}
