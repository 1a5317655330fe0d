using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.LoadTest.Latency;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>Writers, a relay and a consumer in one process, from business transactions to the rows of their messages' handlers.</summary>
internal sealed class EndToEndRound(LoadServers servers, EndToEndSettings settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task<EndToEndResult> RunAsync()
    {
        var topic = await servers.CreateTopicAsync("end-to-end");
        var connectionString = await servers.CreateDatabaseAsync();
        var ledger = new EffectLedger();
        var commits = new EffectCommits(ledger);
        using var host = LoadHost.Build(new RelayTarget(connectionString, servers.BootstrapServers, topic), relays: true, services =>
        {
            services.AddSingleton(commits);
            services.ConfigureDbContext<LoadContext>(options => options.AddInterceptors(commits));
            services.AddOutbox<LoadContext>(outbox => outbox.AddConsumer("end-to-end", consumer => consumer
                .Subscribe(topic).Handle<OrderPlaced, EffectHandler>(handler => handler.SharesChunk()).Configure(options => options.GroupId = topic)));
        });
        await host.StartAsync();
        var writers = new EagerWriters(host.Services, ledger, settings);
        writers.Start();
        await WaitAsync("the first effect", () => ledger.Effects > 0);
        await Task.Delay(TimeSpan.FromSeconds(settings.WarmUpSeconds));
        var (from, before) = (Stopwatch.GetTimestamp(), ledger.Effects);
        await Task.Delay(TimeSpan.FromSeconds(settings.Seconds));
        var (to, after) = (Stopwatch.GetTimestamp(), ledger.Effects);
        var backlog = ledger.Unfinished;
        await writers.StopAsync();
        await WaitAsync(null, () => ledger.Unfinished == 0);
        await host.StopAsync();
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        return new EndToEndResult(
            (after - before) / Stopwatch.GetElapsedTime(from, to).TotalSeconds,
            Percentiles.Of(ledger.Latencies(from, to)),
            await EffectCheck.ReadAsync(database, ledger.Written),
            backlog);
    }

    /// <param name="what">What is waited for; where it is null, missing it is found by others.</param>
    /// <param name="isReached">Whether it is there.</param>
    private static async Task WaitAsync(string? what, Func<bool> isReached)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isReached())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                if (what is null)
                {
                    return;
                }

                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s for {what}.");
            }

            await Task.Delay(20);
        }
    }
}
