using System.Globalization;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Printing;

/// <summary>Values as cells of a table.</summary>
internal static class Cells
{
    public const int ErrorLength = 120;

    public static string Of(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(RowCount count) => (count.IsEstimated ? "about " : "") + Of(count.Value);

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset? time) => time is { } value ? Of(value) : "";

    public static string Of(TimeSpan? duration) => duration is { } value ? Durations.Format(value) : "";

    public static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);

    public static string Key(string? key) => key ?? "(none)";
}
