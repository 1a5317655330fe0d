using System.Globalization;
using System.Text;

namespace Outbox.Dashboard.Writing;

/// <summary>Makes text harmless to read: characters that steer the display, such as one that turns the direction, are written out.</summary>
internal static class VisibleText
{
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        StringBuilder? changed = null;
        for (var i = 0; i < text.Length; i++)
        {
            var isWritten = !Steers(text, ref i, out var character);
            if (!isWritten && changed is null)
            {
                changed = new StringBuilder(text, 0, i, text.Length + 16);
            }

            if (isWritten)
            {
                changed?.Append(character);
            }
            else
            {
                changed!.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
        }

        return changed?.ToString() ?? text;
    }

    /// <summary>The text as its first characters, with a sign where it goes on.</summary>
    public static string Cut(string? text, int length) => text is null || text.Length <= length ? text ?? "" : text[..length] + "…";

    private static bool Steers(string text, ref int i, out ReadOnlySpan<char> character)
    {
        if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
        {
            character = text.AsSpan(i, 2);
            i++;
            return false;
        }

        character = text.AsSpan(i, 1);
        return text[i] is not ('\n' or '\t') && char.GetUnicodeCategory(text[i])
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }
}
