using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Handling;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Consuming;

/// <summary>One consumer that takes a topic from its beginning, with empty tables.</summary>
internal sealed class ConsumeRound(LoadServers servers, string connectionString, string topic)
{
    private const string Consumer = "consume";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs until so many messages have been settled, copies included.</summary>
    public async Task<ConsumeResult> RunAsync(ConsumeContender contender, int settled, TimeSpan handlerTime = default, OldMarks oldMarks = default)
    {
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        await database.RunAsync("TRUNCATE outbox_message, inbox_message, inbox_deferred, inbox_offset, load_order");
        await database.RunAsync($"""
            INSERT INTO inbox_message (consumer, message_id, outcome, handled_at)
            SELECT '{Consumer}', gen_random_uuid(), 0, now() - interval '30 days' + n * interval '1 millisecond' FROM generate_series(1, {oldMarks.Count}) n
            """);
        await database.RunAsync("CHECKPOINT");
        var clock = new ConsumeClock(handlerTime);
        using var host = LoadHost.Build(new RelayTarget(connectionString, servers.BootstrapServers, topic), relays: false, services =>
        {
            services.AddSingleton(clock);
            services.AddOutbox<LoadContext>(outbox => outbox.AddConsumer(Consumer, consumer => Declare(consumer, contender, oldMarks.AreRemoved)));
        });
        await host.StartAsync();
        var events = host.Services.GetRequiredKeyedService<HandlingEvents>($"{typeof(LoadContext).FullName}:{Consumer}");
        var waiting = Stopwatch.GetTimestamp();
        while (events.Handled + events.Duplicates < settled)
        {
            if (Stopwatch.GetElapsedTime(waiting) > Patience)
            {
                throw new TimeoutException($"{contender}: {events.Handled} handled and {events.Duplicates} skipped of {settled} within {Patience}.");
            }

            await Task.Delay(5);
        }

        var perSecond = events.Handled / clock.Elapsed.TotalSeconds;
        await host.StopAsync();
        return new ConsumeResult(
            perSecond,
            await database.ScalarAsync<long>("SELECT count(*) FROM load_order"),
            await database.ScalarAsync<long>("SELECT count(DISTINCT \"CustomerId\") FROM load_order"),
            events.Duplicates,
            await database.ScalarAsync<long>("SELECT count(*) FROM inbox_message WHERE handled_at < now() - interval '20 days'"));
    }

    private void Declare(ConsumerBuilder consumer, ConsumeContender contender, bool removesOldMarks)
    {
        consumer.Subscribe(topic).RelayElsewhere().Configure(options =>
        {
            options.GroupId = $"{topic}-{Guid.NewGuid():N}";
            options.InboxCleanupInterval = removesOldMarks ? TimeSpan.FromSeconds(1) : TimeSpan.FromDays(1);
            if (contender == ConsumeContender.OneByOne)
            {
                (options.Lanes, options.MaxChunkSize) = (1, 1);
            }
        });
        _ = contender switch
        {
            ConsumeContender.SharedChunk => consumer.Handle<OrderPlaced, RowHandler>(handler => handler.SharesChunk()),
            ConsumeContender.BatchHandler => consumer.HandleBatch<OrderPlaced, RowBatchHandler>(),
            _ => consumer.Handle<OrderPlaced, RowHandler>(),
        };
    }
}
