using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Acting;

/// <summary>Redrive and discard of dead letters.</summary>
internal static class LetterActions
{
    public static DashboardAction Redrive { get; } = new(
        "Redrive",
        "letters",
        IsFinal: false,
        async (services, input, cancellationToken) =>
        {
            var found = await LookAsync(services, input, cancellationToken).ConfigureAwait(false);
            return $"""
                <p>Bring <strong>{Words.Of(found.Redriven)}</strong> messages back to {input.Required("consumer")}, in order for each key?
                {Words.Of(found.SettledBefore)} are settled, {Words.Of(found.TooOften)} were redriven too often; those stay.</p>
                {Layout.Field("per-second", "How many a second at most", input.Text("per-second") ?? "100")}
                """;
        },
        async (services, input, by, cancellationToken) =>
        {
            var request = LettersPage.RequestOf(input, isDryRun: false);
            request.RequestedBy = by;
            var done = await services.Actions.RedriveAsync(request, cancellationToken).ConfigureAwait(false);
            return $"{Words.Of(done.Redriven)} messages are on their way; {Words.Of(done.SettledBefore)} were settled before, {Words.Of(done.TooOften)} were redriven too often.";
        });

    public static DashboardAction Discard { get; } = new(
        "Discard",
        "letters",
        IsFinal: true,
        async (services, input, cancellationToken) =>
        {
            var ids = Open(await LookAsync(services, input, cancellationToken).ConfigureAwait(false));
            return $"<p>Give up <strong>{Words.Of(ids.Length)}</strong> messages of {input.Required("consumer")} for good? No redrive brings them back.</p>";
        },
        async (services, input, by, cancellationToken) =>
        {
            var ids = Open(await LookAsync(services, input, cancellationToken).ConfigureAwait(false));
            var done = await services.Actions.DiscardDeadLettersAsync(input.Required("consumer"), ids, by, cancellationToken).ConfigureAwait(false);
            return $"{Words.Of(done)} messages were given up for good.";
        });

    private static Task<RedriveResult> LookAsync(DashboardServices services, PageInput input, CancellationToken cancellationToken) =>
        services.Actions.RedriveAsync(LettersPage.RequestOf(input, isDryRun: true), cancellationToken);

    private static Guid[] Open(RedriveResult found) =>
        [.. found.Letters.Where(letter => letter.Outcome != RedriveOutcome.SettledBefore).Select(letter => letter.MessageId).Distinct()];
}
