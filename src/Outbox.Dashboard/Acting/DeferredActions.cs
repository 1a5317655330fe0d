using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Acting;

/// <summary>Retry and discard of deferred messages.</summary>
internal static class DeferredActions
{
    public static DashboardAction Retry { get; } = new(
        "Retry now",
        "deferred",
        IsFinal: false,
        (_, input, _) => Task.FromResult(Preview(input, "Make due at once", "One behind another of its key still waits for that.")),
        async (services, input, by, cancellationToken) =>
        {
            var done = await services.Actions.RetryDeferredAsync(input.Required("consumer"), input.Numbers("id"), by, cancellationToken).ConfigureAwait(false);
            return $"{done} messages are due now. A running instance of the consumer takes them within seconds.";
        });

    public static DashboardAction Discard { get; } = new(
        "Discard",
        "deferred",
        IsFinal: true,
        (_, input, _) => Task.FromResult(Preview(input, "Throw away for good", "Their copies are skipped too.")),
        async (services, input, by, cancellationToken) =>
        {
            var done = await services.Actions.DiscardDeferredAsync(input.Required("consumer"), input.Numbers("id"), by, cancellationToken).ConfigureAwait(false);
            return $"{done} messages were thrown away.";
        });

    private static HtmlText Preview(PageInput input, string what, string meaning) =>
        $"<p>{what}: {input.Numbers("id").Length} deferred messages of <strong>{input.Required("consumer")}</strong>? {meaning}</p>";
}
