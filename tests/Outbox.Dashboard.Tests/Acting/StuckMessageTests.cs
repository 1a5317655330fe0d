using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Dashboard.Tests.Running;
using Outbox.Specifications;
using Outbox.Specifications.Storage;
using Outbox.Testing;

namespace Outbox.Dashboard.Tests.Acting;

/// <summary>A message is stuck; it is found, understood and got moving with the dashboard alone.</summary>
public sealed partial class StuckMessageTests
{
    [Fact]
    public async Task GivenUp_IsFoundAndRedriven()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("pings", 1);
        kafka.CreateTopic("pings.billing.dlq", 1);
        var bank = new Bank { IsAway = true };
        await using var app = await StartAsync(kafka, bank, deferredAttempts: 0);
        using var client = app.NewClient();
        await EnqueueAsync(app, new Ping("a"));
        const string Letters = "/outbox/letters?consumer=billing&topic=pings";
        await Eventually.BeTrueAsync(async () => (await client.GetStringAsync(Letters)).Contains("The bank is away."), "it is a dead letter", TimeSpan.FromMinutes(1));

        await Eventually.BeTrueAsync(async () => (await client.GetStringAsync("/outbox")).Contains("consumer=billing&amp;topic=pings"), "the overview leads there");
        var id = MessageId().Match(await client.GetStringAsync(Letters)).Groups[1].Value;
        (await client.GetStringAsync($"/outbox/find?q={id}")).Should().Contain("DeadLettered", "the consumer remembers what became of it");
        (await client.GetStringAsync("/outbox/do/redrive?consumer=billing&topic=pings")).Should().Contain("Bring <strong>1</strong> messages back");
        bank.IsAway = false;
        using var done = await DashboardApp.ConfirmAsync(client, "redrive?consumer=billing&topic=pings&error=System.InvalidOperationException");

        (await done.Content.ReadAsStringAsync()).Should().Contain("1 messages are on their way");
        await Eventually.BeTrueAsync(() => bank.Handled.Contains("a"), "it is handled", TimeSpan.FromMinutes(1));
        (await client.GetStringAsync(Letters)).Should().Contain("settled");
        (await client.GetStringAsync("/outbox/audit")).Should().Contain("dlq redrive");
    }

    [Fact]
    public async Task Deferred_IsFoundAndRetried()
    {
        using var kafka = new EmbeddedKafka();
        var bank = new Bank { IsAway = true };
        await using var app = await StartAsync(kafka, bank, deferredAttempts: 10);
        using var client = app.NewClient();
        await EnqueueAsync(app, new Ping("a"));
        await Eventually.BeTrueAsync(async () => (await client.GetStringAsync("/outbox/deferred")).Contains("The bank is away."), "it is deferred", TimeSpan.FromMinutes(1));
        var id = (await app.Operations.ListMessagesAsync(Operations.MessagePlace.Deferred)).Items[0].Id;

        bank.IsAway = false;
        await DashboardApp.ConfirmAsync(client, $"retry?consumer=billing&id={id}");

        await Eventually.BeTrueAsync(() => bank.Handled.Contains("a"), "it is handled", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task BrokerDown_IsSeen_AndAPauseEnds()
    {
        using var kafka = new EmbeddedKafka();
        var bank = new Bank();
        await using var app = await StartAsync(kafka, bank, deferredAttempts: 10);
        using var client = app.NewClient();
        await DashboardApp.ConfirmAsync(client, "pause");
        kafka.SetBrokerDown();
        await EnqueueAsync(app, new Ping("a"));
        (await client.GetStringAsync("/outbox")).Should().ContainAll("<strong>1</strong> waiting", "<td>all topics</td><td>Paused</td>");
        (await client.GetStringAsync("/outbox/find?q=a")).Should().Contain("Waiting");

        kafka.SetBrokerUp();
        await DashboardApp.ConfirmAsync(client, "resume");

        await Eventually.BeTrueAsync(() => bank.Handled.Contains("a"), "it is handled", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Replay_IsStartedAndWatched()
    {
        using var kafka = new EmbeddedKafka();
        var bank = new Bank();
        await using var app = await StartAsync(kafka, bank, deferredAttempts: 10);
        using var client = app.NewClient();
        await EnqueueAsync(app, new Ping("a"));
        await Eventually.BeTrueAsync(() => bank.Handled.Contains("a"), "it is handled", TimeSpan.FromMinutes(1));

        await DashboardApp.ConfirmAsync(client, "start-replay?consumer=billing&kind=again&from=beginning");

        await Eventually.BeTrueAsync(() => bank.Handled.Count == 2, "it is handled again", TimeSpan.FromMinutes(1));
        await Eventually.BeTrueAsync(async () => (await client.GetStringAsync("/outbox/replays")).Contains("<td>Completed</td>"), "the replay is completed");
    }

    private static async Task<DashboardApp> StartAsync(EmbeddedKafka kafka, Bank bank, int deferredAttempts) => await DashboardApp.StartAsync(
        outbox: outbox => outbox
            .UseKafka(options => options.BootstrapServers = kafka.BootstrapServers)
            .Message<Ping>("ping", "pings", ping => ping.Name)
            .AddConsumer("billing", consumer => consumer.Subscribe("pings").Handle<Ping, PingHandler>().Configure(options =>
                (options.MaxAttempts, options.DeferredAttempts, options.DeferredDelay, options.CircuitFailures) = (1, deferredAttempts, TimeSpan.FromHours(1), 0))),
        services: services => services.AddSingleton(bank));

    private static async Task EnqueueAsync(DashboardApp app, Ping ping)
    {
        await using var scope = app.App.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StorageContext>();
        db.Enqueue(ping);
        await db.SaveChangesAsync();
    }

    [GeneratedRegex("<td>([0-9a-f-]{36})</td>")]
    private static partial Regex MessageId();

    internal sealed record Ping(string Name);

    internal sealed class Bank
    {
        public volatile bool IsAway;

        public ConcurrentQueue<string> Handled { get; } = new();
    }

    internal sealed class PingHandler(Bank bank) : IMessageHandler<Ping>
    {
        public Task HandleAsync(Ping message, MessageContext context, CancellationToken cancellationToken)
        {
            if (bank.IsAway)
            {
                throw new InvalidOperationException("The bank is away.");
            }

            bank.Handled.Enqueue(message.Name);
            return Task.CompletedTask;
        }
    }
}
