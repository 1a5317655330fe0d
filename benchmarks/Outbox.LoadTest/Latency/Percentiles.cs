using Outbox.LoadTest.Reporting;

namespace Outbox.LoadTest.Latency;

/// <summary>How long it took, in milliseconds.</summary>
internal readonly record struct Percentiles(double P50, double P95, double P99)
{
    public static Percentiles Of(double[] sorted) =>
        new(Figures.Percentile(sorted, 0.5), Figures.Percentile(sorted, 0.95), Figures.Percentile(sorted, 0.99));

    /// <summary>Each percentile's median over the rounds.</summary>
    public static Percentiles Median(IReadOnlyCollection<Percentiles> rounds) => new(
        Figures.Median(rounds.Select(round => round.P50)),
        Figures.Median(rounds.Select(round => round.P95)),
        Figures.Median(rounds.Select(round => round.P99)));
}
