namespace Outbox.LoadTest.Latency;

/// <summary>What each round does.</summary>
/// <param name="Rate">Transactions a second.</param>
/// <param name="Seconds">For how long it is measured.</param>
/// <param name="WarmUpSeconds">For how long it runs before.</param>
internal sealed record LatencySettings(int Rate, int Seconds, int WarmUpSeconds)
{
    /// <summary>The number of the first message that counts.</summary>
    public int FirstMeasured => Rate * WarmUpSeconds;

    /// <summary>How many messages there are in all.</summary>
    public int Total => Rate * (WarmUpSeconds + Seconds);
}
