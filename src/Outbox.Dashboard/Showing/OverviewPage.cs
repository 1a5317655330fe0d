using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>The state of the database at a glance.</summary>
internal static class OverviewPage
{
    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var overview = await services.Operations.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
        var consumers = await services.Operations.ListConsumersAsync(cancellationToken).ConfigureAwait(false);
        return $"""
            <p>{site.Action("pause", "Pause everything")}{site.Action("drain", "Drain everything")}As of {Words.Of(overview.At)}.</p>
            <ul class="tiles">
            {Tile(site, "messages?place=waiting", overview.Waiting, "waiting to be sent")}
            {Tile(site, "messages?place=scheduled", overview.Scheduled, "scheduled")}
            {Tile(site, "parked", overview.Parked, "parked")}
            {Tile(site, "deferred", overview.Deferred, "deferred by consumers")}
            <li><strong>{Words.Of(overview.ParkedKeys)}</strong> keys held back</li>
            <li><strong>{overview.Buckets - overview.UnownedBuckets} of {overview.Buckets}</strong> buckets have a relay</li>
            </ul>
            {Charts(services.History.Read())}
            {Pauses(site, overview)}
            {Topics(site, overview)}
            {Relays(overview)}
            {Consumers(site, consumers)}
            """;
    }

    private static HtmlText Charts(IReadOnlyList<(double Waiting, double OldestSeconds)> points) => $"""
        <div class="charts">
        {Chart.Line("Waiting messages", [.. points.Select(point => point.Waiting)], value => Words.Of((long)value))}
        {Chart.Line("Age of the oldest", [.. points.Select(point => point.OldestSeconds)], value => Words.Of(TimeSpan.FromSeconds(value)))}
        </div>
        """;

    private static HtmlText Tile(Site site, string page, PlaceBacklog place, string label) =>
        $"<li><a href=\"{site.Link(page)}\"><strong>{Words.Of(place.Count)}</strong> {label}</a>{Oldest(place)}</li>";

    private static HtmlText Oldest(PlaceBacklog place) =>
        place.Count.Value == 0 ? HtmlText.Empty : $"<br>the oldest for {Words.Of(place.OldestAge)}";

    private static HtmlText Pauses(Site site, OutboxOverview overview) => overview.Pauses.Count == 0
        ? HtmlText.Empty
        : Layout.Table("Paused", ["topic", "state", "by", "since", ""], overview.Pauses.Select(pause => (HtmlText)$"""
            <tr><td>{(pause.Topic.Length == 0 ? "all topics" : pause.Topic)}</td><td>{pause.State.ToString()}</td><td>{pause.RequestedBy}</td>
            <td>{Words.Of(pause.RequestedAt)}</td><td>{site.Action("resume", "Resume", ("topic", pause.Topic))}</td></tr>
            """));

    private static HtmlText Topics(Site site, OutboxOverview overview)
    {
        var topics = overview.Waiting.Topics;
        return topics.Count == 0
            ? HtmlText.Empty
            : Layout.Table("Waiting by topic", ["topic", "messages", "oldest", ""], topics.Select(topic => (HtmlText)$"""
                <tr><td><a href="{site.Link("messages", ("place", "waiting"), ("topic", topic.Topic))}">{topic.Topic}</a></td>
                <td class="number">{Words.Of(topic.Count)}</td><td class="number">{(topic.OldestAge is { } age ? Words.Of(age) : "")}</td>
                <td>{site.Action("pause", "Pause", ("topic", topic.Topic))}{site.Action("drain", "Drain", ("topic", topic.Topic))}</td></tr>
                """));
    }

    private static HtmlText Relays(OutboxOverview overview) => overview.Relays.Count == 0
        ? Layout.Note("No relay is known to this database: messages wait. Start a process with AddRelay().")
        : Layout.Table("Relays", ["host", "version", "started", "last seen", "buckets", "leases last"], overview.Relays.Select(relay => (HtmlText)$"""
            <tr><td>{relay.Host}</td><td>{relay.Version}</td><td>{Words.Of(relay.StartedAt)}</td><td class="number">{Words.Of(relay.SinceLastSeen)} ago</td>
            <td class="number">{relay.Buckets}{(relay.ExpiredBuckets > 0 ? $", {relay.ExpiredBuckets} expired" : "")}</td>
            <td class="number">{(relay.LeaseLeft is { } left ? Words.Of(left) : "")}</td></tr>
            """));

    private static HtmlText Consumers(Site site, IReadOnlyList<ConsumerTopic> consumers) => consumers.Count == 0
        ? HtmlText.Empty
        : Layout.Table("Consumers", ["consumer", "topic", "partitions", ""], consumers.Select(consumer => (HtmlText)$"""
            <tr><td>{consumer.Consumer}</td><td>{consumer.Topic}</td><td class="number">{consumer.Partitions}</td>
            <td><a href="{site.Link("letters", ("consumer", consumer.Consumer), ("topic", consumer.Topic))}">Dead letters</a></td></tr>
            """));
}
