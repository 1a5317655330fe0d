using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.EndToEnd;

/// <summary><c>end-to-end</c>: how many business transactions' messages come to their effects a second, everything on one machine.</summary>
internal static class EndToEndCommand
{
    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var settings = new EndToEndSettings(
            arguments.Number("seconds", 30), arguments.Number("warm-up", 10), arguments.Number("per-transaction", 1), arguments.Number("writers", 4));
        await using var servers = await LoadServers.OpenAsync();
        var result = await new EndToEndRound(servers, settings).RunAsync();
        var report = new Report(
            $"end-to-end: {settings.Writers} writers, {settings.PerTransaction} messages in each transaction, {settings.Seconds} s after {settings.WarmUpSeconds} s")
            .Add("messagesPerSecond", result.PerSecond, "effects committed")
            .Add("p50Ms", result.Latency.P50, "commit of the message to commit of its effect")
            .Add("p99Ms", result.Latency.P99, "the same")
            .Add("lost", result.Check.Lost, "messages without an effect")
            .Add("doubled", result.Check.Doubled, "effects beyond the first of their message")
            .Add("inversions", result.Check.Inversions, "effects behind that of a later message of their key")
            .Add("endBacklog", result.EndBacklog, $"messages on their way in the end; writers hold above {EffectLedger.MostUnfinished}");
        return result.Check == default ? report : report.Fault("effects are missing, doubled or out of order");
    }
}
