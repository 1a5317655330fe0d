using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Outbox.Dashboard.Writing;

/// <summary>
/// HTML. Written as an interpolated string: what stands in the source is HTML, and whatever is put in is text and encoded, in elements and
/// between the quotes of attributes, unless it is itself of this type. There is no way to put a string in unencoded.
/// </summary>
[InterpolatedStringHandler]
internal sealed class HtmlText
{
    private readonly StringBuilder _html;

    public HtmlText(int literalLength, int formattedCount) => _html = new StringBuilder(literalLength + (formattedCount * 16));

    public static HtmlText Empty { get; } = $"";

    public void AppendLiteral(string html) => _html.Append(html);

    public void AppendFormatted(HtmlText html) => _html.Append(html._html);

    public void AppendFormatted(IEnumerable<HtmlText> parts)
    {
        foreach (var part in parts)
        {
            _html.Append(part._html);
        }
    }

    public void AppendFormatted(string? text) => _html.Append(HtmlEncoder.Default.Encode(VisibleText.Of(text)));

    public void AppendFormatted<T>(T value)
        where T : IFormattable => AppendFormatted(value.ToString(null, CultureInfo.InvariantCulture));

    public override string ToString() => _html.ToString();
}
