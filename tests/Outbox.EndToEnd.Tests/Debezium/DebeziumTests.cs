using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.GroupMember;
using Outbox.Specifications;

namespace Outbox.EndToEnd.Tests.Debezium;

/// <summary>The outbox table relayed by Debezium from the database's log, in place of this library's relay.</summary>
public sealed class DebeziumTests
{
    private const string Topic = "steps";
    private const string Group = "walkers";
    private const int Messages = 200;
    private const int Keys = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [DebeziumFact]
    public async Task OutboxTable_RelayedByEventRouter_IsHandledOnceByItsIdHeader()
    {
        using var servers = await DebeziumServers.StartAsync();
        await CreateTopicAsync(servers);
        using var host = BuildHost(servers);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<MemberContext>();
            await db.Database.EnsureCreatedAsync();
        }

        await host.StartAsync();
        await EnqueueAsync(host, 0, Messages / 2);
        await servers.ConnectAsync("first");
        await EnqueueAsync(host, Messages / 2, Messages);
        await Eventually.BeTrueAsync(() => Committed(servers) == Messages, "the consumer has come to the end", Patience);

        // Another connector begins again with what is in the table: copies of everything, with the same ids.
        await servers.DisconnectAsync();
        await servers.ConnectAsync("second");
        await Eventually.BeTrueAsync(() => Committed(servers) == 2 * Messages, "the consumer has come to the end again", Patience);
        await host.StopAsync();

        await using var after = host.Services.CreateAsyncScope();
        var steps = await after.ServiceProvider.GetRequiredService<MemberContext>().Steps.AsNoTracking().OrderBy(step => step.Id).ToListAsync();
        steps.Should().HaveCount(Messages, "copies are known by the id header, and what was rolled back was never sent");
        steps.GroupBy(step => step.Key).Should().HaveCount(Keys).And.AllSatisfy(
            key => key.Select(step => step.Number).Should().Equal(Enumerable.Range(0, Messages / Keys), "each key keeps its order"));
    }

    private static IHost BuildHost(DebeziumServers servers)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<HandlerGate>();
        builder.Services.AddSingleton(new MemberOrders("a", servers.BootstrapServers, servers.Database, Topic, "Classic", null, TimeSpan.FromSeconds(1)));
        builder.Services.AddDbContext<MemberContext>(options => options.UseNpgsql(servers.Database));
        builder.Services.AddOutbox<MemberContext>(outbox => outbox
            .UsePostgreSql()
            .UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
            .Message<StepTaken>("step-taken", topic: Topic, key: step => step.Key)
            .AddConsumer(Group, consumer => consumer
                .Subscribe(Topic, map => map.UseDebeziumOutbox().NameIs("step-taken"))
                .Handle<StepTaken, StepHandler>()
                .RelayElsewhere()
                .Configure(options => options.CommitInterval = TimeSpan.FromMilliseconds(50))));
        return builder.Build();
    }

    /// <summary>One transaction for each message, and now and then one that is rolled back.</summary>
    private static async Task EnqueueAsync(IHost host, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            await using var scope = host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<MemberContext>();
            if (i % 10 == 0)
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                db.Enqueue(new StepTaken("rolled back", i));
                await db.SaveChangesAsync();
                await transaction.RollbackAsync();
                db.ChangeTracker.Clear();
            }

            db.Enqueue(new StepTaken($"k{i % Keys}", i / Keys));
            await db.SaveChangesAsync();
        }
    }

    private static async Task CreateTopicAsync(DebeziumServers servers)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 2 }]);
    }

    private static long Committed(DebeziumServers servers)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = servers.BootstrapServers, GroupId = Group }).Build();
        return consumer.Committed([new TopicPartition(Topic, 0), new TopicPartition(Topic, 1)], TimeSpan.FromSeconds(10))
            .Sum(entry => Math.Max(0, entry.Offset.Value));
    }
}
