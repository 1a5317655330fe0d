using Outbox.LoadTest.Draining;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Scheduling;

/// <summary><c>scheduled</c>: how fast messages that are all due are moved to the waiting ones, while the same relay sends those.</summary>
internal static class ScheduledCommand
{
    /// <summary>What the mover must reach at least.</summary>
    private const int Least = 10_000;

    private const int WarmUpMessages = 20_000;

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var messages = arguments.Number("messages", 200_000);
        var rounds = arguments.Number("rounds", 3);
        await using var servers = await LoadServers.OpenAsync();
        var database = await servers.CreateDatabaseAsync();
        await ScheduledRound.RunAsync(servers, database, WarmUpMessages);
        var results = new List<ScheduledRound>(rounds);
        for (var round = 1; round <= rounds; round++)
        {
            var result = await ScheduledRound.RunAsync(servers, database, messages);
            results.Add(result);
            Progress.Say($"round {round} of {rounds}: {result.MovedPerSecond:N0} moved/s, {result.SentPerSecond:N0} sent/s, lost {result.Check.Lost}, copies {result.Check.Copies}, inversions {result.Check.Inversions}");
        }

        var check = results.Aggregate(default(Checking.TopicCheck), (sum, round) => sum + round.Check);
        var moved = Figures.Median(results.Select(result => result.MovedPerSecond));
        var report = new Report($"scheduled: {messages} due messages, one relay, medians of {rounds} rounds")
            .Add("movedPerSecond", moved, "from the start of the relay to the last message moved; it sends meanwhile")
            .Add("sentPerSecond", Figures.Median(results.Select(result => result.SentPerSecond)), "from the start of the relay to the last message sent and deleted")
            .Add("lost", check.Lost, "messages that are not on the topic, all rounds")
            .Add("copies", check.Copies, "messages that are there again, all rounds")
            .Add("inversions", check.Inversions, "messages behind one of their key that was due later, all rounds");
        if (moved < Least)
        {
            report.Fault($"fewer than {Least} messages were moved in a second");
        }

        return DrainCommand.Judge(report, check, default);
    }
}
