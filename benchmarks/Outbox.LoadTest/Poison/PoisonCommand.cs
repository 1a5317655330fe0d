using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Poison;

/// <summary><c>poison</c>: what messages that always fail cost the other keys, at a fixed rate, with and without them by turns.</summary>
internal static class PoisonCommand
{
    private const double MostCost = 1.2;

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var rate = arguments.Number("rate", 1_000);
        var settings = new PoisonSettings(arguments.Number("messages", 30_000), arguments.Number("every", 1_000, 2), rate, arguments.Number("warm-up", 5) * rate);
        var rounds = arguments.Number("rounds", 3);
        await using var servers = await LoadServers.OpenAsync();
        var round = new PoisonRound(servers, await servers.CreateDatabaseAsync(), settings);
        var with = new List<PoisonResult>();
        var without = new List<PoisonResult>();
        for (var number = 1; number <= rounds; number++)
        {
            foreach (var hasPoison in number % 2 == 1 ? new[] { false, true } : [true, false])
            {
                var result = await round.RunAsync(hasPoison);
                (hasPoison ? with : without).Add(result);
                Progress.Say($"round {number} of {rounds}: {(hasPoison ? "with" : "without")} poison: {result.Handled.P50:0.0} / {result.Handled.P95:0.0} / {result.Handled.P99:0.0} ms, {result.Deferred} times deferred, {result.Missing} missing");
            }
        }

        return Judge(settings, rounds, with, without);
    }

    private static Report Judge(PoisonSettings settings, int rounds, List<PoisonResult> with, List<PoisonResult> without)
    {
        var p99 = Figures.Median(with.Select(result => result.Handled.P99));
        var p99Without = Figures.Median(without.Select(result => result.Handled.P99));
        var report = new Report($"poison: {settings.Messages} messages at {settings.Rate} a second, every {settings.Every}th fails, medians of {rounds} rounds")
            .Add("p99Ms", p99, "from the moment due to the end of the handler, messages that are no poison")
            .Add("p99WithoutPoisonMs", p99Without, "the same messages, when nothing fails")
            .Add("ratio", p99 / p99Without, $"at most {MostCost}")
            .Add("p50Ms", Figures.Median(with.Select(result => result.Handled.P50)), "with poison")
            .Add("p50WithoutPoisonMs", Figures.Median(without.Select(result => result.Handled.P50)), "without")
            .Add("deferred", Figures.Median(with.Select(result => (double)result.Deferred)), "times that poison was put off");
        if (p99 > MostCost * p99Without)
        {
            report.Fault($"poison costs the other keys {(p99 / p99Without) - 1:P0} of their 99th percentile");
        }

        foreach (var result in with.Concat(without).Where(result => result.Missing > 0))
        {
            report.Fault($"{result.Missing} messages of a round were not handled");
        }

        return report;
    }
}
