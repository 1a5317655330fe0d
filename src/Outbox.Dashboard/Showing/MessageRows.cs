using System.Globalization;
using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>Messages as a table.</summary>
internal static class MessageRows
{
    private const int LongestError = 300;

    public static HtmlText Table(Site site, string caption, IReadOnlyList<MessageSummary> messages)
    {
        var isDeferred = messages.Any(message => message.Place == MessagePlace.Deferred);
        string[] columns = isDeferred
            ? ["message", "topic", "key", "type", "consumer", "attempts", "due", "error", ""]
            : ["message", "topic", "key", "type", "bytes", "since", "due"];
        return Layout.Table(caption, columns, messages.Select(message => isDeferred ? Deferred(site, message) : Usual(site, message)));
    }

    /// <summary>A link to what follows.</summary>
    public static HtmlText Next(Site site, string page, long? next, PageInput input, params string[] filters) => next is null
        ? HtmlText.Empty
        : $"<p><a class=\"button\" href=\"{site.Link(page, [.. filters.Select(name => (name, input.Text(name))), ("after", next.Value.ToString(CultureInfo.InvariantCulture))])}\">Further</a></p>";

    private static HtmlText Usual(Site site, MessageSummary message) => $"""
        <tr><td>{Link(site, message)}</td><td>{message.Topic}</td><td>{Words.Key(message.Key)}</td><td>{message.Type}</td>
        <td class="number">{(message.PayloadBytes is { } bytes ? Words.Of(bytes) : "tombstone")}</td><td>{Words.Of(message.CreatedAt)}</td><td>{Words.Of(message.DueAt)}</td></tr>
        """;

    private static HtmlText Deferred(Site site, MessageSummary message)
    {
        var id = message.Id.ToString(CultureInfo.InvariantCulture);
        return $"""
            <tr><td>{Link(site, message)}</td><td>{message.Topic}</td><td>{Words.Key(message.Key)}</td><td>{message.Type}</td><td>{message.Consumer}</td>
            <td class="number">{message.Attempts ?? 0}</td><td>{Words.Of(message.DueAt)}</td>
            <td class="error">{Error(message)}</td>
            <td>{site.Action("retry", "Retry now", ("consumer", message.Consumer), ("id", id))}{site.Action("discard-deferred", "Discard", ("consumer", message.Consumer), ("id", id))}</td></tr>
            """;
    }

    private static string Error(MessageSummary message) => message.ErrorType is null
        ? "waits behind another of its key"
        : $"{message.ErrorType}: {VisibleText.Cut(message.Error, LongestError)}";

    private static HtmlText Link(Site site, MessageSummary message) => $"""
        <a href="{site.Link("message", ("place", message.Place.ToString().ToLowerInvariant()), ("id", message.Id.ToString(CultureInfo.InvariantCulture)))}">{message.MessageId}</a>
        """;
}
