namespace Outbox.Handling;

/// <summary>Waits that double with each failure in a row. Pure arithmetic.</summary>
/// <param name="First">The wait after the first failure.</param>
/// <param name="Longest">No wait is longer.</param>
internal readonly record struct ExponentialBackoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>The wait after so many failures in a row, from 1.</summary>
    public TimeSpan After(int failures)
    {
        var factor = Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return First * factor < Longest ? First * factor : Longest;
    }
}
