namespace Outbox.Signals;

/// <summary>
/// Tells the relay of this process that something was committed. A hint only: the relay's poll is enough for correctness.
/// </summary>
internal sealed class RelayWakeup(TimeProvider time) : AsyncSignal(time)
{
    /// <summary>What was committed by this process, for whoever tells the relays of others. Not set by what those tell.</summary>
    public AsyncSignal Committed { get; } = new(time);

    /// <summary>Something was committed here. Never blocks.</summary>
    public void Signal()
    {
        Set();
        Committed.Set();
    }
}
