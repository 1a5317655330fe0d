namespace Outbox.Signals;

/// <summary>
/// Tells the relay of this process that something was committed. A hint only: the relay's poll is enough for correctness.
/// </summary>
internal sealed class RelayWakeup(TimeProvider time) : AsyncSignal(time)
{
    /// <summary>Wakes the relay. Never blocks.</summary>
    public void Signal() => Set();
}
