using System.Globalization;
using Outbox.Dashboard.Writing;
using Outbox.Operations;
using Outbox.Storage;

namespace Outbox.Dashboard.Showing;

/// <summary>Keys that are held back, and messages that the broker refused.</summary>
internal static class ParkedPage
{
    private static readonly string[] Columns = ["topic", "key", "messages", "since", "attempts", "error", ""];
    private static readonly string[] Filters = ["topic", "key", "error"];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var found = await services.Operations.ListParkedAsync(input.Filter(), input.Page(), cancellationToken).ConfigureAwait(false);
        return $"""
            <form class="filter" method="get">
            {Layout.Field("topic", "Topic", input.Text("topic"))}{Layout.Field("key", "Key", input.Text("key"))}{Layout.Field("error", "Part of the error", input.Text("error"))}
            <p><button>Filter</button></p>
            </form>
            {(found.Items.Count == 0 ? Layout.Note("Nothing is parked here.") : Table(site, found.Items))}
            {MessageRows.Next(site, "parked", found.Next, input, Filters)}
            """;
    }

    public static HtmlText Table(Site site, IReadOnlyList<ParkedKeySummary> entries) =>
        Layout.Table("Parked, the oldest first", Columns, entries.Select(entry => (HtmlText)$"""
            <tr><td>{entry.Topic}</td><td>{Words.Key(entry.Key)}</td><td class="number">{Words.Of(entry.Messages)}</td><td>{Words.Of(entry.ParkedAt)}</td>
            <td class="number">{entry.Attempts}</td><td class="error">{(entry.HoldsKey ? "" : "The key goes on without it. ")}{entry.Error}</td><td>{Actions(site, entry)}</td></tr>
            """));

    private static HtmlText Actions(Site site, ParkedKeySummary entry)
    {
        var id = entry.Id.ToString(CultureInfo.InvariantCulture);
        return entry.Request switch
        {
            ParkedKeyAction.Release => $"being released",
            ParkedKeyAction.Discard => $"being discarded",
            _ => $"{site.Action("release", "Release", ("id", id))}{site.Action("discard-parked", "Discard", ("id", id))}",
        };
    }
}
