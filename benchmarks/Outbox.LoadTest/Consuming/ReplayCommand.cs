using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Handling;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Consuming;

/// <summary><c>replay</c>: how fast what was handled before is handled again from the log, by default handlers that add one row.</summary>
internal static class ReplayCommand
{
    private const string Consumer = "replay";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var messages = arguments.Number("messages", 50_000);
        await using var servers = await LoadServers.OpenAsync();
        var topic = await servers.CreateTopicAsync("replay");
        var connectionString = await servers.CreateDatabaseAsync();
        new DuplicatingProducer(servers.BootstrapServers, topic).Run(messages, share: 0);
        using var host = LoadHost.Build(new RelayTarget(connectionString, servers.BootstrapServers, topic), relays: false, services =>
        {
            services.AddSingleton(new ConsumeClock(TimeSpan.Zero));
            services.AddOutbox<LoadContext>(outbox => outbox.AddConsumer(Consumer, consumer => consumer
                .Subscribe(topic).RelayElsewhere().Handle<OrderPlaced, RowHandler>()
                .Configure(options => options.GroupId = $"{topic}-{Guid.NewGuid():N}")));
        });
        await host.StartAsync();
        var clock = host.Services.GetRequiredService<ConsumeClock>();
        var events = host.Services.GetRequiredKeyedService<HandlingEvents>($"{typeof(LoadContext).FullName}:{Consumer}");
        await UntilAsync(() => Task.FromResult(events.Handled >= messages), "live messages");
        var live = messages / clock.Elapsed.TotalSeconds;
        Progress.Say($"{messages} messages were handled as they came: {live:#,0} a second");

        var (status, perSecond) = await ReplayAsync(host.Services.GetRequiredKeyedService<IInboxReplay>(typeof(LoadContext)), messages);
        await host.StopAsync();
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        var effects = await database.ScalarAsync<long>("SELECT count(*) FROM load_order");
        var report = new Report($"replay: {messages} messages once more, one row each")
            .Add("messagesPerSecond", perSecond, "handled again, from the request to its completion")
            .Add("livePerSecond", live, "handled as they came, by the same handlers")
            .Add("handled", status.Handled, "counted by the replay")
            .Add("effects", effects, $"{2 * messages} wanted");
        return effects == 2L * messages && status.Handled == messages ? report : report.Fault("a message was lost or handled twice");
    }

    private static async Task<(ReplayStatus Status, double PerSecond)> ReplayAsync(IInboxReplay replays, int messages)
    {
        var started = Stopwatch.GetTimestamp();
        var id = await replays.StartAsync(new ReplayRequest
        {
            Consumer = Consumer,
            Kind = ReplayKind.Again,
            From = ReplayPosition.Beginning,
            RequestedBy = "load test",
        });
        ReplayStatus? status = null;
        await UntilAsync(async () => (status = await replays.GetAsync(id)) is { State: ReplayState.Completed }, "the replay");
        return (status!, messages / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var waiting = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(waiting) > Patience)
            {
                throw new TimeoutException($"Not within {Patience}: {what}.");
            }

            await Task.Delay(50);
        }
    }
}
