using System.Text;
using System.Text.Unicode;
using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Showing;

/// <summary>What one message carries. Only for those who may see payloads.</summary>
internal static class MessagePage
{
    private const int LongestPayload = 65_536;

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var content = await services.Operations.GetContentAsync(MessagesPage.PlaceOf(input), input.Number("id") ?? 0, cancellationToken).ConfigureAwait(false);
        return content is null
            ? Layout.Note("It is not there any more.")
            : $"""
                {Layout.Table("Headers", ["name", "value"], content.Headers.Select(header => (HtmlText)$"<tr><td>{header.Name}</td><td>{Text(header.Value)}</td></tr>"))}
                <h2>Payload</h2>
                {(content.Payload is null ? Layout.Note("None: a tombstone.") : (HtmlText)$"<pre>{Text(content.Payload)}</pre>")}
                """;
    }

    public static HtmlText Hidden { get; } = Layout.Note("Headers and payload are hidden: you may not see them (OutboxDashboardOptions.PayloadPolicy).");

    private static string Text(byte[]? value)
    {
        if (value is null)
        {
            return "(null)";
        }

        var shown = value.AsSpan(0, Math.Min(value.Length, LongestPayload));
        var text = Utf8.IsValid(value) ? Encoding.UTF8.GetString(shown) : "base64: " + Convert.ToBase64String(shown);
        return shown.Length == value.Length ? text : text + $"… ({value.Length} bytes)";
    }
}
