using System.Globalization;

namespace Outbox.LoadTest.Reporting;

/// <summary>Lines that show what is going on, on the error output so that the report stands alone.</summary>
internal static class Progress
{
    public static void Say(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
