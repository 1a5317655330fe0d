using Outbox.LoadTest.Checking;
using Outbox.LoadTest.Reporting;

namespace Outbox.LoadTest.Draining;

/// <summary>
/// <c>drain</c>: how fast a full table is published, against the hand-written loop; with <c>--telemetry</c>, against one relay whose
/// metrics and spans are all listened to.
/// </summary>
internal static class DrainCommand
{
    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var messages = arguments.Number("messages", 500_000);
        var relays = arguments.Number("relays", 1);
        var rounds = arguments.Number("rounds", 3);
        if (arguments.Has("telemetry"))
        {
            return await RunListenedToAsync(messages, rounds);
        }

        var ours = new Contender(relays == 1 ? "1 relay" : $"{relays} relays", relays);
        var handWritten = new Contender("hand-written loop", 1, HandWritten: true);
        var one = new Contender("1 relay", 1);
        await using var arena = await DrainArena.OpenAsync(messages, relays);
        var results = await arena.RunAsync(relays == 1 ? [handWritten, ours] : [handWritten, ours, one], rounds);

        var report = new Report($"drain: {messages} messages, {ours.Name}, medians of {rounds} rounds");
        var (rate, byHand) = (Rate(results[ours]), Rate(results[handWritten]));
        report.Add("messagesPerSecond", rate, $"{ours.Name}, from the start signal to the last row deleted")
            .Add("handWrittenPerSecond", byHand, "the hand-written loop")
            .Add("ratio", rate / byHand, "ours / hand-written");
        if (relays > 1)
        {
            report.Add("oneRelayPerSecond", Rate(results[one]), "one relay of ours")
                .Add("ratioToOneRelay", rate / Rate(results[one]), $"{ours.Name} / one");
        }

        var check = Sum(results.Where(result => !result.Key.HandWritten));
        report.Add("lost", check.Lost, "messages that are not on the topic, all rounds")
            .Add("copies", check.Copies, "messages that are there again, all rounds")
            .Add("inversions", check.Inversions, "messages behind a later one of their key, all rounds")
            .Add("peakWorkingSetMb", results[ours].Max(round => round.PeakWorkingSetMb), "resident memory of the largest relay at its peak")
            .Add("allocatedBytesPerMessage", Figures.Median(results[ours].Select(round => round.AllocatedPerMessage)), "by the relays")
            .Add("cpuMicrosPerMessage", Cpu(results[ours]), "processor time of the relays, servers not counted")
            .Add("handWrittenCpuMicrosPerMessage", Cpu(results[handWritten]), "the same of the hand-written loop");
        return Judge(report, check, Sum(results.Where(result => result.Key.HandWritten)));
    }

    private static async Task<Report> RunListenedToAsync(int messages, int rounds)
    {
        var unheard = new Contender("nobody listens", 1);
        var heard = new Contender("everything is listened to", 1, IsListenedTo: true);
        await using var arena = await DrainArena.OpenAsync(messages, 1);
        var results = await arena.RunAsync([unheard, heard], rounds);
        var report = new Report($"drain: {messages} messages, 1 relay, with and without telemetry, medians of {rounds} rounds")
            .Add("messagesPerSecond", Rate(results[heard]), heard.Name)
            .Add("unheardPerSecond", Rate(results[unheard]), unheard.Name)
            .Add("ratioToUnheard", Rate(results[heard]) / Rate(results[unheard]), "listened to / not listened to")
            .Add("cpuMicrosPerMessage", Cpu(results[heard]), heard.Name)
            .Add("unheardCpuMicrosPerMessage", Cpu(results[unheard]), unheard.Name);
        return Judge(report, Sum(results), default);
    }

    public static double Rate(IEnumerable<RoundResult> rounds) => Figures.Median(rounds.Select(round => round.Rate));

    private static double Cpu(IEnumerable<RoundResult> rounds) => Figures.Median(rounds.Select(round => round.CpuMicrosPerMessage));

    public static TopicCheck Sum(IEnumerable<KeyValuePair<Contender, List<RoundResult>>> results) =>
        results.SelectMany(result => result.Value).Aggregate(default(TopicCheck), (sum, round) => sum + round.Check);

    /// <summary>A run without faults makes neither losses nor copies, on either side.</summary>
    public static Report Judge(Report report, TopicCheck ours, TopicCheck handWritten)
    {
        if (ours != default)
        {
            report.Fault("messages were lost, copied or out of order");
        }

        if (handWritten != default)
        {
            report.Fault($"the hand-written loop failed: lost {handWritten.Lost}, copies {handWritten.Copies}, inversions {handWritten.Inversions}");
        }

        return report;
    }
}
