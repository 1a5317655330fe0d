using System.Globalization;
using Outbox.Operations;

namespace Outbox.Dashboard.Writing;

/// <summary>Values as people read them.</summary>
internal static class Words
{
    public static string Of(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(RowCount count) => (count.IsEstimated ? "about " : "") + Of(count.Value);

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset? time) => time is { } value ? Of(value) : "";

    public static string Key(string? key) => key ?? "(none)";

    public static string Of(TimeSpan duration)
    {
        var (value, unit) = duration.Duration() switch
        {
            { TotalDays: >= 1 } => (duration.TotalDays, "d"),
            { TotalHours: >= 1 } => (duration.TotalHours, "h"),
            { TotalMinutes: >= 1 } => (duration.TotalMinutes, "min"),
            { TotalSeconds: >= 1 } => (duration.TotalSeconds, "s"),
            _ => (duration.TotalMilliseconds, "ms"),
        };
        return value.ToString(Math.Abs(value) < 10 && unit != "ms" ? "0.#" : "0", CultureInfo.InvariantCulture) + " " + unit;
    }
}
