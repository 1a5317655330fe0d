using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Showing;

/// <summary>Where one message is, or everything that is known of a key.</summary>
internal static class FindPage
{
    private static readonly string[] Columns = ["consumer", "message", "outcome", "redriven", "when"];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        if (input.Text("q") is not { } query)
        {
            return Layout.Note("Give a message's id or a key.");
        }

        var found = await services.Operations.FindAsync(query, null, cancellationToken).ConfigureAwait(false);
        return $"""
            <p>For <strong>{query}</strong>:</p>
            {(found.Messages.Count == 0 ? Layout.Note("No table has such a message: it was sent and is gone from here, or never was.") : HtmlText.Empty)}
            {found.Messages.GroupBy(message => message.Place).Select(place => MessageRows.Table(site, place.Key.ToString(), [.. place]))}
            {(found.Parked.Count == 0 ? HtmlText.Empty : ParkedPage.Table(site, found.Parked))}
            {(found.Marks.Count == 0 ? HtmlText.Empty : Layout.Table("What consumers remember", Columns, found.Marks.Select(mark => (HtmlText)$"""
                <tr><td>{mark.Consumer}</td><td>{mark.MessageId}</td><td>{mark.Outcome.ToString()}</td><td class="number">{mark.Redrive}</td><td>{Words.Of(mark.At)}</td></tr>
                """)))}
            {(found.IsComplete ? HtmlText.Empty : Layout.Note("Not everything was looked at; there may be more."))}
            """;
    }
}
