using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;
using Outbox.Operations;
using Outbox.Storage;

namespace Outbox.Dashboard.Acting;

/// <summary>Release and discard of parked entries.</summary>
internal static class ParkedActions
{
    public static DashboardAction Release { get; } = Create(
        "Release", ParkedKeyAction.Release, "Its messages are sent first, in their order; then the key goes on. Mend the cause before.");

    public static DashboardAction Discard { get; } = Create(
        "Discard", ParkedKeyAction.Discard, "The parked messages are deleted for good, and nobody will ever receive them. The key goes on after them.");

    private static DashboardAction Create(string title, ParkedKeyAction action, string meaning) => new(
        title,
        "parked",
        IsFinal: action == ParkedKeyAction.Discard,
        async (services, input, cancellationToken) =>
        {
            var entries = new List<ParkedKeySummary>();
            foreach (var id in input.Numbers("id"))
            {
                var page = await services.Operations.ListParkedAsync(null, new PageRequest(id - 1, 1), cancellationToken).ConfigureAwait(false);
                entries.AddRange(page.Items.Where(entry => entry.Id == id));
            }

            return entries.Count == 0 ? Layout.Note("There is no such entry any more.") : $"""
                <p>{title} {entries.Count} of the parked entries? {meaning}</p>
                <ul>{entries.Select(entry => (HtmlText)$"<li>{entry.Topic}, key <strong>{Words.Key(entry.Key)}</strong>, {Words.Of(entry.Messages)} messages: {entry.Error}</li>")}</ul>
                """;
        },
        async (services, input, by, cancellationToken) =>
        {
            var found = await services.Operations.RequestParkedAsync(input.Numbers("id"), action, by, cancellationToken).ConfigureAwait(false);
            return $"{title} of {found} entries: asked for. A relay does it within about a second.";
        });
}
