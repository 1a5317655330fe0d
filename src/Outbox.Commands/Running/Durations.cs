using System.Globalization;

namespace Outbox.Commands.Running;

/// <summary>Durations as people write them.</summary>
internal static class Durations
{
    private const double MostDays = 36_500;

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var days = text[^1] switch
        {
            's' => number / 86_400,
            'm' => number / 1_440,
            'h' => number / 24,
            'd' => number,
            _ => double.PositiveInfinity,
        };
        if (days > MostDays)
        {
            return false;
        }

        duration = TimeSpan.FromDays(days);
        return true;
    }

    /// <summary>The largest unit that fits, with one place after the point below ten of it.</summary>
    public static string Format(TimeSpan duration)
    {
        var (value, unit) = duration.Duration() switch
        {
            { TotalDays: >= 1 } => (duration.TotalDays, "d"),
            { TotalHours: >= 1 } => (duration.TotalHours, "h"),
            { TotalMinutes: >= 1 } => (duration.TotalMinutes, "m"),
            { TotalSeconds: >= 1 } => (duration.TotalSeconds, "s"),
            _ => (duration.TotalMilliseconds, "ms"),
        };
        return value.ToString(Math.Abs(value) < 10 && unit != "ms" ? "0.#" : "0", CultureInfo.InvariantCulture) + unit;
    }
}
