using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Acting;

/// <summary>Pause, resume and drain, of a topic or of all.</summary>
internal static class ControlActions
{
    public static DashboardAction Pause { get; } = Create(
        "Pause", "Relays stop sending within a second; messages wait.", (operations, topic, by, token) => operations.PauseAsync(topic, by, token));

    public static DashboardAction Resume { get; } = Create(
        "Resume", "Relays send again.", (operations, topic, by, token) => operations.ResumeAsync(topic, by, token));

    public static DashboardAction Drain { get; } = Create(
        "Drain", "Relays send until nothing waits, and pause then.", (operations, topic, by, token) => operations.DrainAsync(topic, by, token));

    private static DashboardAction Create(string title, string meaning, Func<IOutboxOperations, string?, string, CancellationToken, Task> ask) => new(
        title,
        "",
        IsFinal: false,
        (_, input, _) => Task.FromResult<HtmlText>($"<p>{title} <strong>{WhatOf(input)}</strong>? {meaning}</p>"),
        async (services, input, by, cancellationToken) =>
        {
            await ask(services.Operations, input.Text("topic"), by, cancellationToken).ConfigureAwait(false);
            return $"{title} of {WhatOf(input)}: asked for.";
        });

    private static string WhatOf(PageInput input) => input.Text("topic") is { } topic ? $"topic {topic}" : "all topics";
}
