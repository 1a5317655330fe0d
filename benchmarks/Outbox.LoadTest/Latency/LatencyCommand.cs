using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Latency;

/// <summary><c>latency</c>: how long a committed message takes at a fixed rate, against the hand-written loop.</summary>
internal static class LatencyCommand
{
    private const double LeastShareOfRate = 0.98;

    /// <summary>On two busy cores the compiler needs longer than a round's own warm-up: the first round of either side would not count.</summary>
    private const int FirstWarmUpSeconds = 20;

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var settings = new LatencySettings(arguments.Number("rate", 1_000), arguments.Number("seconds", 30), arguments.Number("warm-up", 10));
        var rounds = arguments.Number("rounds", 3);
        var contender = arguments.Has("separate") ? LatencyContender.Separate : LatencyContender.InProcess;
        await using var servers = await LoadServers.OpenAsync();
        var database = await servers.CreateDatabaseAsync();
        foreach (var next in (LatencyContender[])[contender, LatencyContender.HandWritten])
        {
            Progress.Say($"warming up {next}");
            await new LatencyRound(servers, database, settings with { WarmUpSeconds = FirstWarmUpSeconds, Seconds = 1 }).RunAsync(next);
        }

        var round = new LatencyRound(servers, database, settings);
        var ours = new List<LatencyResult>();
        var handWritten = new List<LatencyResult>();
        for (var number = 1; number <= rounds; number++)
        {
            LatencyContender[] order = [LatencyContender.HandWritten, contender];
            foreach (var next in number % 2 == 1 ? order : order.Reverse())
            {
                var result = await round.RunAsync(next);
                (next == LatencyContender.HandWritten ? handWritten : ours).Add(result);
                Progress.Say($"round {number} of {rounds}: {next}: acknowledged after {result.Acknowledged.P50:0.0} / {result.Acknowledged.P95:0.0} / {result.Acknowledged.P99:0.0} ms, {result.SustainedRate:0} a second");
            }
        }

        var report = new Report(
            $"latency: {settings.Rate} transactions/s for {settings.Seconds} s after {settings.WarmUpSeconds} s, {contender}, medians of {rounds} rounds");
        var byHand = Percentiles.Median([.. handWritten.Select(result => result.Acknowledged)]);
        Add(report, "acknowledged", Percentiles.Median([.. ours.Select(result => result.Acknowledged)]), "commit to Kafka's acknowledgement");
        Add(report, "received", Percentiles.Median([.. ours.Select(result => result.Received)]), "commit to arrival at a consumer");
        report.Add("sustainedRate", Figures.Median(ours.Select(result => result.SustainedRate)), "commits a second while measured");
        Add(report, "handWritten", byHand, "the hand-written loop, woken in process, to the acknowledgement");
        foreach (var result in ours.Concat(handWritten))
        {
            Judge(report, result, settings.Rate);
        }

        return report;
    }

    private static void Add(Report report, string prefix, Percentiles percentiles, string meaning) =>
        report.Add(prefix + "P50Ms", percentiles.P50, meaning)
            .Add(prefix + "P95Ms", percentiles.P95, meaning)
            .Add(prefix + "P99Ms", percentiles.P99, meaning);

    private static void Judge(Report report, LatencyResult result, int rate)
    {
        if (result.SustainedRate < LeastShareOfRate * rate)
        {
            report.Fault($"a round sustained {result.SustainedRate:0} of {rate} transactions a second, less than {LeastShareOfRate:0.00} of them");
        }

        if (result.Missing > 0)
        {
            report.Fault($"{result.Missing} messages of a round did not arrive");
        }
    }
}
