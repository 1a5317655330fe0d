using System.Globalization;

namespace Outbox.Dashboard.Writing;

/// <summary>A small line over time, without axes: what it shows is said in words too.</summary>
internal static class Chart
{
    private const double Width = 100;
    private const double Height = 30;

    /// <param name="caption">What it shows.</param>
    /// <param name="values">The values, the oldest first.</param>
    /// <param name="write">How a value is written.</param>
    public static HtmlText Line(string caption, IReadOnlyList<double> values, Func<double, string> write)
    {
        if (values.Count < 2)
        {
            return HtmlText.Empty;
        }

        var most = values.Max();
        var said = $"{caption}: now {write(values[^1])}, at most {write(most)}";
        return $"""
            <figure><figcaption>{said}</figcaption>
            <svg class="chart" viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" aria-label="{said}"><polyline points="{Points(values, most)}"/></svg></figure>
            """;
    }

    private static string Points(IReadOnlyList<double> values, double most)
    {
        var step = Width / (values.Count - 1);
        return string.Join(' ', values.Select((value, i) => string.Create(
            CultureInfo.InvariantCulture, $"{i * step:0.##},{Height - 1 - (most > 0 ? value / most * (Height - 2) : 0):0.##}")));
    }
}
