using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Outbox.LoadTest.Checking;
using Outbox.LoadTest.Latency;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Chaos;

/// <summary><c>chaos-relays</c>: relay processes are killed under load, one every three seconds.</summary>
internal static class ChaosRelaysCommand
{
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterTheLast = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var seconds = arguments.Number("seconds", 120);
        var rate = arguments.Number("rate", 2_000);
        var relays = arguments.Number("relays", 4, 2);
        await using var servers = await LoadServers.OpenAsync();
        var connectionString = await servers.CreateDatabaseAsync();
        var target = new RelayTarget(connectionString, servers.BootstrapServers, await servers.CreateTopicAsync("chaos"));
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        var times = new MessageTimes(rate * (seconds + 120));
        await using var consumer = new ArrivalConsumer(servers.BootstrapServers, target.Topic, times);
        await using var fleet = new RelayFleet(target, database, relays);
        await fleet.StartAsync();
        using var host = LoadHost.Build(target, relays: false);
        await host.StartAsync();
        var writers = new ChaosWriters(host.Services, times);
        writers.Start(rate);
        await KillAsync(fleet, TimeSpan.FromSeconds(seconds));
        await Task.Delay(AfterTheLast);
        await writers.StopAsync();
        await host.StopAsync();

        var buckets = (int)await database.ScalarAsync<long>("SELECT count(*) FROM outbox_bucket");
        await database.WaitUntilEmptyAsync(await database.ScalarAsync<long>("SELECT coalesce(max(id), 0) FROM outbox_message"), Quiet);
        await fleet.StopAsync();
        await times.WaitForAllAsync(writers.Count, TimeSpan.FromSeconds(10));
        var check = TopicCheck.Read(servers.BootstrapServers, target.Topic, Enumerable.Range(0, writers.Count).Select(number => (long)number));
        return Summarise(check, Takeovers.Measure(fleet.Kills, writers, times, buckets), fleet, writers.Count);
    }

    private static async Task KillAsync(RelayFleet fleet, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        for (var kill = 1; ; kill++)
        {
            var pause = (kill * BetweenKills) - Stopwatch.GetElapsedTime(started);
            if (kill * BetweenKills > duration)
            {
                return;
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause);
            }

            await fleet.KillNextAsync();
            Progress.Say($"kill {kill}: the relay owned {fleet.Kills[^1].Buckets.Count} buckets");
        }
    }

    private static Report Summarise(TopicCheck check, List<double> gaps, RelayFleet fleet, int messages)
    {
        var longest = gaps.Count == 0 ? double.NaN : gaps.Max();
        var report = new Report(
            $"chaos-relays: {messages} messages, {fleet.Kills.Count} kills, {gaps.Count} buckets taken over (median {Figures.Median(gaps):0} ms), {check.Copies} copies");
        report.Add("lost", check.Lost, "committed messages that are not on the topic")
            .Add("inversions", check.Inversions, "first occurrences behind a later message of their key")
            .Add("takeoverMaxMs", longest, "longest time from a kill until messages of the killed relay's buckets arrived again");
        if (check.Lost + check.Inversions > 0)
        {
            report.Fault("messages were lost or out of order");
        }

        return double.IsFinite(longest) ? report : report.Fault("no takeover was seen, or a bucket was never taken over");
    }
}
