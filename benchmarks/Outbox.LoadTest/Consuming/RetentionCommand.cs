using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Consuming;

/// <summary><c>consume --retention</c>: what removing old marks costs default handlers, with and without it by turns.</summary>
internal static class RetentionCommand
{
    private const double LeastRatio = 0.9;

    /// <summary>More than can be removed while the messages are handled.</summary>
    private const int OldForEach = 5;

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var messages = arguments.Number("messages", 100_000);
        var rounds = arguments.Number("rounds", 3);
        await using var servers = await LoadServers.OpenAsync();
        var topic = await servers.CreateTopicAsync("retention");
        new DuplicatingProducer(servers.BootstrapServers, topic).Run(messages, share: 0);
        var round = new ConsumeRound(servers, await servers.CreateDatabaseAsync(), topic);
        var (with, without) = (new List<ConsumeResult>(), new List<ConsumeResult>());
        for (var number = 0; number <= rounds; number++)
        {
            foreach (var removes in number % 2 == 1 ? new[] { false, true } : [true, false])
            {
                var result = await round.RunAsync(ConsumeContender.Default, messages, oldMarks: new OldMarks(OldForEach * messages, removes));
                if (number > 0)
                {
                    (removes ? with : without).Add(result);
                    Progress.Say($"round {number} of {rounds}: {(removes ? "removing" : "keeping")} old marks: {result.PerSecond:#,0} a second, {result.OldMarksLeft} of {OldForEach * messages} left");
                }
            }
        }

        return Judge(messages, rounds, with, without);
    }

    private static Report Judge(int messages, int rounds, List<ConsumeResult> with, List<ConsumeResult> without)
    {
        var (removing, keeping) = (Figures.Median(with.Select(result => result.PerSecond)), Figures.Median(without.Select(result => result.PerSecond)));
        var removed = Figures.Median(with.Select(result => (double)(OldForEach * messages) - result.OldMarksLeft));
        var report = new Report($"consume --retention: {messages} messages and {OldForEach * messages} old marks, medians of {rounds} rounds")
            .Add("withRetentionPerSecond", removing, "messages handled while old marks are removed")
            .Add("withoutRetentionPerSecond", keeping, "while they stay")
            .Add("retentionRatio", removing / keeping, $"at least {LeastRatio}")
            .Add("marksRemoved", removed, "in a round");
        if (removing < LeastRatio * keeping)
        {
            report.Fault($"removing old marks costs {1 - (removing / keeping):P0} of the handlers' speed");
        }

        foreach (var result in with.Concat(without).Where(result => result.Effects != messages))
        {
            report.Fault($"{result.Effects} effects of {messages} messages");
        }

        return with.TrueForAll(result => result.OldMarksLeft is > 0 && result.OldMarksLeft < OldForEach * messages)
            ? report
            : report.Fault("old marks were not removed all the time");
    }
}
