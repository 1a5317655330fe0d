namespace Outbox.Consumers;

/// <summary>
/// Knows up to which offset everything received is finished. Offsets come in rising order, with holes where the broker keeps nothing.
/// Used under its owner's lock.
/// </summary>
internal sealed class OffsetTracker
{
    private readonly Queue<long> _open = new();
    private readonly HashSet<long> _finishedAhead = [];

    /// <summary>The offset behind the last one of the finished beginning; null where the first is not finished yet.</summary>
    public long? Next { get; private set; }

    /// <summary>How many are received and not yet passed.</summary>
    public int Open => _open.Count;

    public void Receive(long offset) => _open.Enqueue(offset);

    public void Finish(long offset)
    {
        _finishedAhead.Add(offset);
        while (_open.TryPeek(out var first) && _finishedAhead.Remove(first))
        {
            Next = _open.Dequeue() + 1;
        }
    }
}
