using Outbox.LoadTest.Reporting;

namespace Outbox.LoadTest.Draining;

/// <summary><c>backlog</c>: what a snapshot that is held open elsewhere costs while many rows pass.</summary>
internal static class BacklogCommand
{
    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var messages = arguments.Number("messages", 1_000_000);
        var rounds = arguments.Number("rounds", 3);
        var pinned = new Contender("snapshot pinned", 1, PinsSnapshot: true);
        var unpinned = new Contender("nothing pinned", 1);
        await using var arena = await DrainArena.OpenAsync(messages, 1);
        var results = await arena.RunAsync([unpinned, pinned], rounds);
        var report = new Report(
            $"backlog: {messages} messages, {DrainCommand.Rate(results[pinned]):N0} rows/s pinned, {DrainCommand.Rate(results[unpinned]):N0} unpinned, medians of {rounds} rounds");
        report.Add("ratioToUnpinned", DrainCommand.Rate(results[pinned]) / DrainCommand.Rate(results[unpinned]), "pinned / unpinned");
        return DrainCommand.Judge(report, DrainCommand.Sum(results), default);
    }
}
