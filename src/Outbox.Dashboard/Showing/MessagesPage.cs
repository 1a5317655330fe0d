using Microsoft.AspNetCore.Http;
using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>Messages that wait or are not due yet, page by page.</summary>
internal static class MessagesPage
{
    private static readonly string[] Filters = ["place", "topic", "key", "type"];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var place = PlaceOf(input);
        var found = await services.Operations.ListMessagesAsync(place, input.Filter(), input.Page(), cancellationToken).ConfigureAwait(false);
        return $"""
            <p><a href="{site.Link("messages", ("place", "waiting"))}">Waiting</a> · <a href="{site.Link("messages", ("place", "scheduled"))}">Scheduled</a> ·
            <a href="{site.Link("messages", ("place", "parked"))}">Parked</a></p>
            <form class="filter" method="get">
            <input type="hidden" name="place" value="{input.Text("place")}">
            {Layout.Field("topic", "Topic", input.Text("topic"))}{Layout.Field("key", "Key", input.Text("key"))}{Layout.Field("type", "Type", input.Text("type"))}
            <p><button>Filter</button></p>
            </form>
            {(found.Items.Count == 0 ? Layout.Note("There is none on this page.") : MessageRows.Table(site, $"{place} messages", found.Items))}
            {MessageRows.Next(site, "messages", found.Next, input, Filters)}
            """;
    }

    /// <exception cref="BadHttpRequestException">There is no such place.</exception>
    public static MessagePlace PlaceOf(PageInput input) => input.Text("place") is not { } name
        ? MessagePlace.Waiting
        : Enum.TryParse<MessagePlace>(name, ignoreCase: true, out var place) && Enum.IsDefined(place) ? place : throw new BadHttpRequestException("There is no such place.");
}
