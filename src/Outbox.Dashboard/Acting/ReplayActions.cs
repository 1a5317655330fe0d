using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Acting;

/// <summary>Start and cancel of replays.</summary>
internal static class ReplayActions
{
    public static DashboardAction Start { get; } = new(
        "Start a replay",
        "replays",
        IsFinal: false,
        async (services, input, cancellationToken) =>
        {
            var request = RequestOf(input, "");
            var partitions = await services.Replays.PreviewAsync(request, cancellationToken).ConfigureAwait(false);
            var messages = partitions.Sum(partition => partition.EndOffset - partition.FirstOffset);
            return $"""
                <p>Let <strong>{request.Consumer}</strong> look at {Words.Of(messages)} messages in {partitions.Count} partitions, and handle
                {(request.Kind == ReplayKind.Missing ? "those that have no effect yet" : "all of them once more")}?</p>
                """;
        },
        async (services, input, by, cancellationToken) =>
            $"Replay {await services.Actions.StartReplayAsync(RequestOf(input, by), cancellationToken).ConfigureAwait(false)} begins within a second or so.");

    public static DashboardAction Cancel { get; } = new(
        "Cancel a replay",
        "replays",
        IsFinal: false,
        (_, input, _) => Task.FromResult<HtmlText>($"<p>End replay <strong>{input.Required("replay")}</strong>? What it did stays.</p>"),
        async (services, input, by, cancellationToken) =>
            await services.Actions.CancelReplayAsync(input.Id("replay") ?? throw new BadHttpRequestException("replay is missing."), by, cancellationToken).ConfigureAwait(false)
                ? "The replay ends within seconds."
                : "There is no such replay, or it had ended before.");

    private static ReplayRequest RequestOf(PageInput input, string requestedBy) => new()
    {
        Consumer = input.Required("consumer"),
        Kind = input.Required("kind") switch
        {
            "missing" => ReplayKind.Missing,
            "again" => ReplayKind.Again,
            _ => throw new BadHttpRequestException("kind is missing or again."),
        },
        From = TimeOf(input, "from") ?? throw new BadHttpRequestException("from is missing."),
        To = TimeOf(input, "to"),
        Topics = input.Text("topic") is { } topic ? [topic] : [],
        Key = input.Text("key") is { } key ? Encoding.UTF8.GetBytes(key) : null,
        RequestedBy = requestedBy,
    };

    private static ReplayPosition? TimeOf(PageInput input, string name) => input.Text(name) is not { } text
        ? null
        : text == "beginning" ? ReplayPosition.Beginning
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? ReplayPosition.AtTime(time)
        : throw new BadHttpRequestException($"{name} is no time.");
}
