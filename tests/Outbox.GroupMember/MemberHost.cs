using Confluent.Kafka;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.GroupMember;

/// <summary>A service with one consumer, a member of its group.</summary>
public static class MemberHost
{
    /// <summary>The consumer's name, and the beginning of its group's.</summary>
    public const string Consumer = "walkers";

    public static IHost Build(MemberOrders orders)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton(orders).AddSingleton<HandlerGate>();
        builder.Services.AddDbContext<MemberContext>(options => options.UseNpgsql(orders.Database));
        builder.Services.AddOutbox<MemberContext>(outbox => outbox
            .UsePostgreSql()
            .UseKafka(kafka => Configure(kafka, orders))
            .AddConsumer(Consumer, consumer => Declare(consumer, orders)));
        return builder.Build();
    }

    private static void Declare(ConsumerBuilder consumer, MemberOrders orders)
    {
        const string Name = "step-taken";
        consumer.Subscribe(orders.Topic);
        _ = orders.Level switch
        {
            MemberLevel.Shared => consumer.Handle<StepTaken, StepHandler>(Name, handler => handler.SharesChunk()),
            MemberLevel.Batch => consumer.HandleBatch<StepTaken, StepBatchHandler>(Name),
            _ => consumer.Handle<StepTaken, StepHandler>(Name),
        };
        if (!orders.Relays)
        {
            consumer.RelayElsewhere();
        }

        consumer.Configure(options =>
        {
            options.GroupId = Consumer + orders.Topic;
            options.InstanceId = orders.InstanceId;
            options.StopTimeout = orders.StopTimeout;
            options.HandlerTimeout = TimeSpan.FromSeconds(2);
            options.CommitInterval = TimeSpan.FromMilliseconds(50);
            options.MaxAttempts = 1;
            options.DeferredAttempts = 3;
            options.DeferredDelay = TimeSpan.FromMilliseconds(20);
            options.DeferredPollInterval = TimeSpan.FromMilliseconds(50);
            options.CircuitFailures = 0;
        });
    }

    private static void Configure(KafkaOptions kafka, MemberOrders orders)
    {
        kafka.BootstrapServers = orders.BootstrapServers;
        kafka.GroupProtocol = Enum.Parse<GroupProtocol>(orders.Protocol);
        kafka.ConsumerProperties["max.poll.interval.ms"] = "4000";
        if (kafka.GroupProtocol == GroupProtocol.Classic)
        {
            // With the other protocol these are the broker's.
            kafka.ConsumerProperties["session.timeout.ms"] = "3000";
            kafka.ConsumerProperties["heartbeat.interval.ms"] = "300";
        }
    }
}
