using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Showing;

/// <summary>The latest replays with their progress, and a form for another.</summary>
internal static class ReplaysPage
{
    private static readonly string[] Columns = ["replay", "consumer", "messages", "state", "by", "asked for", "looked at", "handled", "skipped", "failed", "first error", ""];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var replays = await services.Replays.ListAsync(input.Text("consumer"), cancellationToken).ConfigureAwait(false);
        return $"""
            {(replays.Count == 0 ? Layout.Note("There is no replay.") : Layout.Table("The latest replays", Columns, replays.Select(replay => Row(site, replay))))}
            {(site.MayAct ? Form(site) : HtmlText.Empty)}
            """;
    }

    private static HtmlText Row(Site site, ReplayStatus replay)
    {
        var all = replay.Partitions.Sum(partition => partition.EndOffset - partition.FirstOffset);
        var done = replay.Partitions.Sum(partition => partition.NextOffset - partition.FirstOffset);
        return $"""
            <tr><td>{replay.Id}</td><td>{replay.Consumer}</td><td>{(replay.Kind == ReplayKind.Missing ? "missing" : "all")}</td><td>{replay.State.ToString()}</td>
            <td>{replay.RequestedBy}</td><td>{Words.Of(replay.RequestedAt)}</td>
            <td><progress max="{all}" value="{done}">{Words.Of(done)}</progress> {Words.Of(done)} of {Words.Of(all)}</td>
            <td class="number">{Words.Of(replay.Handled)}</td><td class="number">{Words.Of(replay.Skipped)}</td><td class="number">{Words.Of(replay.Failed)}</td>
            <td class="error">{VisibleText.Cut(replay.Partitions.Select(partition => partition.Error).FirstOrDefault(error => error is not null), 300)}</td>
            <td>{(replay.State == ReplayState.Running ? site.Action("cancel-replay", "Cancel", ("replay", replay.Id.ToString())) : HtmlText.Empty)}</td></tr>
            """;
    }

    private static HtmlText Form(Site site) => $"""
        <h2>Start another</h2>
        <form class="filter" action="{site.Link("do/start-replay")}" method="get">
        {Layout.Field("consumer", "Consumer", null, isRequired: true)}
        <p><label for="f-kind">Which messages</label> <select id="f-kind" name="kind"><option value="missing">missing: no effect yet</option><option value="again">all of them again</option></select></p>
        {Layout.Field("from", "From (UTC, 2026-03-01T10:00)", null, isRequired: true)}{Layout.Field("to", "Until (UTC; empty for now)", null)}
        {Layout.Field("topic", "Topic (empty for all of the consumer's)", null)}{Layout.Field("key", "Key (empty for all)", null)}
        <p><button>Look at it</button></p>
        </form>
        """;
}
