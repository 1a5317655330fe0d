namespace Outbox.LoadTest.Reporting;

/// <summary>Medians and percentiles.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);

    /// <summary>The value below which that share lies, between neighbours where it falls between two.</summary>
    /// <param name="sorted">The values, rising.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double Percentile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }
}
