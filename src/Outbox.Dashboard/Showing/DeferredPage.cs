using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>Messages that consumers have put off.</summary>
internal static class DeferredPage
{
    private static readonly string[] Filters = ["consumer", "topic", "key", "error"];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var found = await services.Operations.ListMessagesAsync(MessagePlace.Deferred, input.Filter(), input.Page(), cancellationToken).ConfigureAwait(false);
        return $"""
            <form class="filter" method="get">
            {Layout.Field("consumer", "Consumer", input.Text("consumer"))}{Layout.Field("topic", "Topic", input.Text("topic"))}
            {Layout.Field("key", "Key", input.Text("key"))}{Layout.Field("error", "Part of the error", input.Text("error"))}
            <p><button>Filter</button></p>
            </form>
            {(found.Items.Count == 0 ? Layout.Note("Nothing is deferred here.") : MessageRows.Table(site, "Deferred messages, the oldest first", found.Items))}
            {MessageRows.Next(site, "deferred", found.Next, input, Filters)}
            """;
    }
}
