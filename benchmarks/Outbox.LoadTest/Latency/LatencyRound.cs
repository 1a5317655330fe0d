using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Outbox.LoadTest.Children;
using Outbox.LoadTest.HandWritten;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Latency;

/// <summary>One round: writers at the rate, a relay, a consumer.</summary>
internal sealed class LatencyRound(LoadServers servers, string connectionString, LatencySettings settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<LatencyResult> RunAsync(LatencyContender contender)
    {
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        await database.RunAsync("TRUNCATE outbox_message, outbox_bucket, outbox_relay, load_order");
        await database.RunAsync("CHECKPOINT");
        var topic = await servers.CreateTopicAsync("latency");
        var target = new RelayTarget(connectionString, servers.BootstrapServers, topic);
        var times = new MessageTimes(settings.Total);
        LatencyResult result;
        await using (new ArrivalConsumer(servers.BootstrapServers, topic, times))
        {
            result = contender switch
            {
                LatencyContender.InProcess => await InProcessAsync(target, times, database),
                LatencyContender.Separate => await SeparateAsync(target, times, database),
                _ => await HandWrittenAsync(target, times),
            };
        }

        await servers.DeleteTopicAsync(topic);
        return result;
    }

    private async Task<LatencyResult> InProcessAsync(RelayTarget target, MessageTimes times, LoadDatabase database)
    {
        await using var relay = new LibraryRelay(target, services => TimedTransport.Decorate(services, times));
        await relay.StartAsync();
        await database.WaitForSharesAsync(1);
        var (rate, missing) = await WriteAsync(relay.Services, times, null);
        await relay.StopAsync();
        return Measure(times, rate, missing);
    }

    private async Task<LatencyResult> HandWrittenAsync(RelayTarget target, MessageTimes times)
    {
        await using var relay = new HandWrittenRelay(target, readsOnwards: false, times);
        await relay.StartAsync();
        using var writers = LoadHost.Build(target, relays: false);
        await writers.StartAsync();
        var (rate, missing) = await WriteAsync(writers.Services, times, relay.Wake);
        await writers.StopAsync();
        await relay.StopAsync();
        return Measure(times, rate, missing);
    }

    private async Task<LatencyResult> SeparateAsync(RelayTarget target, MessageTimes times, LoadDatabase database)
    {
        var file = Path.GetTempFileName();
        await using var child = ChildProcess.Start(new ChildOrders(target, false) { TimesFile = file, Messages = settings.Total });
        await child.WaitUntilReadyAsync();
        await database.WaitForSharesAsync(1);
        using var writers = LoadHost.Build(target, relays: false);
        await writers.StartAsync();
        var (rate, missing) = await WriteAsync(writers.Services, times, null);
        await writers.StopAsync();
        await child.StopAsync();
        times.UseAcknowledged(AcknowledgementLog.Read(file));
        File.Delete(file);
        return Measure(times, rate, missing);
    }

    private async Task<(double Rate, int Missing)> WriteAsync(IServiceProvider services, MessageTimes times, Action? committed)
    {
        var writers = new OpenLoopWriters(services, times, committed);
        await writers.RunAsync(settings.Rate, settings.Total);
        var missing = await times.WaitForAllAsync(settings.Total, Patience);
        var from = writers.StartedAt + (settings.WarmUpSeconds * Stopwatch.Frequency);
        var until = from + (settings.Seconds * Stopwatch.Frequency);
        var committedInTime = Enumerable.Range(0, settings.Total).Count(number => times.CommittedAt(number) is var at && at >= from && at < until);
        return ((double)committedInTime / settings.Seconds, missing);
    }

    private LatencyResult Measure(MessageTimes times, double rate, int missing) => new(
        Percentiles.Of(times.ToAcknowledgement(settings.FirstMeasured)),
        Percentiles.Of(times.ToArrival(settings.FirstMeasured)),
        rate,
        missing);
}
