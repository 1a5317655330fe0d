namespace Outbox.Relay;

/// <summary>How long to pause after failures in a row: doubling, bounded, with jitter. Arithmetic only.</summary>
internal sealed class RelayBackoff(TimeSpan min, TimeSpan max, Func<double> random)
{
    private int _failures;

    /// <summary>Counts a failure and gives the pause that follows it: between half and the whole of the doubled time.</summary>
    public TimeSpan Next()
    {
        var doubled = min.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30));
        var bounded = Math.Min(doubled, max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(bounded * (0.5 + (random() / 2)));
    }

    /// <summary>Something worked: the next failure is the first.</summary>
    public void Reset() => _failures = 0;
}
