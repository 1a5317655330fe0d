using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Handling;
using Outbox.Specifications;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Hosting;

public sealed class SeveralConsumersTests : IDisposable
{
    private const int Messages = 200;
    private static readonly string[] Consumers = ["billing", "shipping", "audit"];

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-{Guid.NewGuid():N}.db");
    private readonly string _topic = KafkaServer.UniqueName("several");
    private readonly ConcurrentQueue<(string Consumer, string Text)> _failed = new();
    private volatile bool _isPoisonous = true;

    /// <summary>Three groups in one process, each with marks, offsets and dead letters of its own; one of them tells copies by offsets.</summary>
    [KafkaFact]
    public async Task Start_ConsumersWithGroupsOfTheirOwn_EachHandlesEverythingOnceAndItsTroubleStaysItsOwn()
    {
        using var host = Build(await KafkaServer.GetBootstrapServersAsync());
        await UseAsync(host.Services, db => db.Database.EnsureCreatedAsync());
        await host.StartAsync();
        await UseAsync(host.Services, async db =>
        {
            for (var i = 0; i < Messages; i++)
            {
                db.Enqueue(new Note($"{i:000}"));
            }

            return await db.SaveChangesAsync();
        });

        await Eventually.BeTrueAsync(
            () => Consumers.All(consumer => Settled(host, consumer) >= Messages), "every message settled by every consumer", TimeSpan.FromMinutes(2));
        Events(host, "billing").DeadLettered.Should().Be(1, "it cannot handle one of them");
        Events(host, "shipping").DeadLettered.Should().Be(0);
        Events(host, "audit").DeadLettered.Should().Be(0);

        _isPoisonous = false;
        var redrive = host.Services.GetRequiredKeyedService<IInboxRedrive>(typeof(NoteContext));
        await Eventually.BeTrueAsync(
            async () => (await redrive.RedriveAsync(new RedriveRequest("billing", _topic))).Redriven == 1, "its dead letter is on its topic", TimeSpan.FromMinutes(1));
        await Eventually.BeTrueAsync(() => Events(host, "billing").Handled == Messages, "handled after all", TimeSpan.FromMinutes(1));
        await host.StopAsync();

        var effects = await UseAsync(host.Services, db => db.Effects.Select(effect => effect.Text).ToListAsync());
        effects.Should().BeEquivalentTo(Consumers.SelectMany(consumer => Enumerable.Range(0, Messages).Select(i => $"{consumer} {i:000}")));
        _failed.Should().OnlyContain(call => call.Consumer == "billing");
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Delete(_file);
    }

    private static HandlingEvents Events(IHost host, string consumer) =>
        host.Services.GetRequiredKeyedService<HandlingEvents>($"{typeof(NoteContext).FullName}:{consumer}");

    private static long Settled(IHost host, string consumer) => Events(host, consumer).Handled + Events(host, consumer).DeadLettered;

    private static async Task<T> UseAsync<T>(IServiceProvider services, Func<NoteContext, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<NoteContext>());
    }

    private IHost Build(string bootstrapServers)
    {
        var script = new NoteScript
        {
            Handle = (db, note, context, _) =>
            {
                if (_isPoisonous && context.Consumer == "billing" && note.Text == "017")
                {
                    _failed.Enqueue((context.Consumer, note.Text));
                    throw new InvalidOperationException("Poison.");
                }

                db.Effects.Add(new NoteEffect { MessageId = context.MessageId, Text = $"{context.Consumer} {note.Text}" });
                return Task.CompletedTask;
            },
        };
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(script);
        builder.Services.AddDbContext<NoteContext>(options => options.UseSqlite($"Data Source={_file};Default Timeout=30"));
        builder.Services.AddOutbox<NoteContext>(outbox =>
        {
            outbox.UseKafka(kafka => kafka.BootstrapServers = bootstrapServers).Message<Note>("note", _topic, key: note => note.Text[^1]).AddRelay();
            foreach (var consumer in Consumers)
            {
                outbox.AddConsumer(consumer, added => added.Subscribe(_topic).Handle<Note, NoteHandler>().Configure(options =>
                {
                    options.GroupId = $"{_topic}-{consumer}";
                    options.RetryDelay = TimeSpan.FromMilliseconds(1);
                    options.DeferredAttempts = 0;
                    options.Deduplication = consumer == "audit" ? DeduplicationMode.Offsets : DeduplicationMode.Ids;
                }));
            }
        });
        return builder.Build();
    }
}
