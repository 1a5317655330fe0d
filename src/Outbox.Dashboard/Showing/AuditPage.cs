using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Showing;

/// <summary>Who asked for what.</summary>
internal static class AuditPage
{
    private static readonly string[] Columns = ["when", "who", "what", "of what"];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var found = await services.Operations.ListAuditAsync(input.Page(), cancellationToken).ConfigureAwait(false);
        return $"""
            {(found.Items.Count == 0 ? Layout.Note("Nothing was asked for yet.") : Layout.Table("What was asked for, the newest first", Columns, found.Items.Select(entry => (HtmlText)$"""
                <tr><td>{Words.Of(entry.At)}</td><td>{entry.RequestedBy}</td><td>{entry.Action}</td><td>{entry.Target}</td></tr>
                """)))}
            {MessageRows.Next(site, "audit", found.Next, input)}
            """;
    }
}
