using System.Text;
using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Showing;

/// <summary>Dead letters of a consumer, by error. They are read from their topic.</summary>
internal static class LettersPage
{
    private const int MostShown = 200;

    private static readonly string[] GroupColumns = ["error", "open", "redriven before and failed again", "settled", ""];
    private static readonly string[] LetterColumns = ["message", "key", "from", "given up", "attempts", "redriven", "error", ""];

    public static async Task<HtmlText> RenderAsync(Site site, DashboardServices services, PageInput input, CancellationToken cancellationToken)
    {
        var (consumer, topic) = (input.Text("consumer"), input.Text("topic"));
        var found = consumer is null || topic is null
            ? null
            : await services.Actions.RedriveAsync(RequestOf(input, isDryRun: true), cancellationToken).ConfigureAwait(false);
        return $"""
            <form class="filter" method="get">
            {Layout.Field("consumer", "Consumer", consumer, isRequired: true)}{Layout.Field("topic", "Topic that the messages came from", topic, isRequired: true)}
            {Layout.Field("group", "Consumer group, where it is not the consumer's", input.Text("group"))}{Layout.Field("error", "Exception's name", input.Text("error"))}
            {Layout.Field("message", "Message id", input.Text("message"))}
            <p><button>Show</button></p>
            </form>
            {(found is null ? await ConsumersAsync(site, services, cancellationToken).ConfigureAwait(false) : Letters(site, input, found))}
            """;
    }

    /// <summary>Which letters are meant, by a page's or an action's input.</summary>
    public static RedriveRequest RequestOf(PageInput input, bool isDryRun) => new(input.Required("consumer"), input.Required("topic"))
    {
        GroupId = input.Text("group"),
        ErrorType = input.Text("error"),
        MessageIds = input.Id("message") is { } id ? [id] : null,
        PerSecond = input.Number("per-second") is { } rate and > 0 ? rate : 100,
        IsDryRun = isDryRun,
    };

    private static async Task<HtmlText> ConsumersAsync(Site site, DashboardServices services, CancellationToken cancellationToken)
    {
        var consumers = await services.Operations.ListConsumersAsync(cancellationToken).ConfigureAwait(false);
        return consumers.Count == 0
            ? Layout.Note("No consumer has stored anything in this database yet.")
            : Layout.Table("Consumers", ["consumer", "topic"], consumers.Select(entry => (HtmlText)$"""
                <tr><td>{entry.Consumer}</td><td><a href="{site.Link("letters", ("consumer", entry.Consumer), ("topic", entry.Topic))}">{entry.Topic}</a></td></tr>
                """));
    }

    private static HtmlText Letters(Site site, PageInput input, RedriveResult found)
    {
        if (found.Letters.Count == 0)
        {
            return Layout.Note($"There is no such letter; {Words.Of(found.Read)} were read.");
        }

        var groups = found.Letters.GroupBy(letter => letter.ErrorType).OrderByDescending(group => group.Count());
        return $"""
            {Layout.Table("By error", GroupColumns, groups.Select(group => Group(site, input, group)))}
            {Layout.Table("Letters", LetterColumns, found.Letters.Take(MostShown).Select(letter => Letter(site, input, letter)))}
            <p>{Words.Of(found.Read)} letters were read; {Words.Of(Math.Min(MostShown, found.Letters.Count))} of {Words.Of(found.Redriven + found.SettledBefore + found.TooOften)} are shown.</p>
            """;
    }

    private static HtmlText Group(Site site, PageInput input, IGrouping<string, RedriveLetter> letters) => $"""
        <tr><td>{letters.Key}</td><td class="number">{letters.Count(letter => letter.Outcome == RedriveOutcome.Redriven)}</td>
        <td class="number">{letters.Count(letter => letter.Redrives > 0)}</td><td class="number">{letters.Count(letter => letter.Outcome == RedriveOutcome.SettledBefore)}</td>
        <td>{Actions(site, input, ("error", letters.Key))}</td></tr>
        """;

    private static HtmlText Letter(Site site, PageInput input, RedriveLetter letter) => $"""
        <tr><td>{letter.MessageId}</td><td>{(letter.Key is null ? "(none)" : Encoding.UTF8.GetString(letter.Key))}</td><td>{letter.Partition}@{letter.Offset}</td>
        <td>{Words.Of(letter.FailedAt)}</td><td class="number">{letter.Attempts}</td><td class="number">{letter.Redrives}</td>
        <td class="error">{letter.ErrorType}: {letter.ErrorMessage}</td>
        <td>{(letter.Outcome switch
    {
        RedriveOutcome.SettledBefore => $"settled",
        RedriveOutcome.TooOften => $"redriven too often",
        _ => Actions(site, input, ("message", letter.MessageId.ToString())),
    })}</td></tr>
        """;

    private static HtmlText Actions(Site site, PageInput input, (string Name, string? Value) which)
    {
        (string, string?)[] query = [("consumer", input.Text("consumer")), ("topic", input.Text("topic")), ("group", input.Text("group")), which];
        return $"{site.Action("redrive", "Redrive", query)}{site.Action("discard-letters", "Discard", query)}";
    }
}
