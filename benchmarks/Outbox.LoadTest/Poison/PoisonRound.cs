using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Handling;
using Outbox.LoadTest.Latency;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Poison;

/// <summary>One side: a producer at the rate, and a consumer with its default options.</summary>
internal sealed class PoisonRound(LoadServers servers, string connectionString, PoisonSettings settings)
{
    private const string Consumer = "poison";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<PoisonResult> RunAsync(bool hasPoison)
    {
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        await database.RunAsync("TRUNCATE outbox_message, inbox_message, inbox_deferred, inbox_offset, load_order");
        await database.RunAsync("CHECKPOINT");
        var topic = await servers.CreateTopicAsync("poison");
        var ledger = new PoisonLedger(settings, hasPoison);
        using var host = LoadHost.Build(new RelayTarget(connectionString, servers.BootstrapServers, topic), relays: false, services =>
        {
            services.AddSingleton(ledger);

            // Each poison is logged with its stack trace, as it should be; here the console would be measured.
            services.AddLogging(logging => logging.AddFilter("Outbox", LogLevel.None));
            services.AddOutbox<LoadContext>(outbox => outbox.AddConsumer(Consumer, consumer => consumer
                .Subscribe(topic).Handle<OrderPlaced, PoisonHandler>().Configure(options => options.GroupId = topic)));
        });
        await host.StartAsync();
        await Task.Factory.StartNew(
            new SteadyProducer(servers.BootstrapServers, topic, settings, ledger).Run, TaskCreationOptions.LongRunning);
        var missing = await WaitAsync(ledger);
        var events = host.Services.GetRequiredKeyedService<HandlingEvents>($"{typeof(LoadContext).FullName}:{Consumer}");
        var deferred = events.Deferred;
        await host.StopAsync();
        await servers.DeleteTopicAsync(topic);
        return new PoisonResult(Percentiles.Of(ledger.Latencies()), deferred, missing);
    }

    private static async Task<int> WaitAsync(PoisonLedger ledger)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var missing = ledger.CountMissing();
            if (missing == 0 || Stopwatch.GetElapsedTime(started) > Patience)
            {
                return missing;
            }

            await Task.Delay(100);
        }
    }
}
