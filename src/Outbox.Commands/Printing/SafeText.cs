using System.Globalization;
using System.Text;

namespace Outbox.Commands.Printing;

/// <summary>Text from outside, made harmless for a terminal: control characters, and those that turn the direction of text, are spelt out.</summary>
internal static class SafeText
{
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text) || !text.Any(IsHarmful))
        {
            return text ?? "";
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsHarmful(c))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                safe.Append(c);
            }
        }

        return safe.ToString();
    }

    public static string Cut(string? text, int length)
    {
        var safe = Of(text);
        return safe.Length <= length ? safe : safe[..(length - 1)] + "…";
    }

    private static bool IsHarmful(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;
}
