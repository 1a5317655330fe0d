using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Configuration;

public sealed class UseKafkaTests
{
    [Fact]
    public async Task Start_NoBootstrapServers_FailsNamingTheFix()
    {
        using var host = Host(outbox => outbox.UseKafka());

        var start = () => host.StartAsync();

        (await start.Should().ThrowAsync<OptionsValidationException>())
            .WithMessage("*no bootstrap servers*UseKafka(kafka => kafka.BootstrapServers*Outbox:Kafka:BootstrapServers*");
    }

    [Fact]
    public async Task Start_SeveralErrors_NamesAllOfThem()
    {
        using var host = Host(outbox => outbox.UseKafka(kafka =>
        {
            kafka.BootstrapServers = "host:9092,host:port";
            kafka.ClientId = " ";
            kafka.NewTopicPartitions = 0;
            kafka.TopicCheckTimeout = TimeSpan.Zero;
            kafka.SaslPassword = "secret";
        }));

        var start = () => host.StartAsync();

        (await start.Should().ThrowAsync<OptionsValidationException>())
            .WithMessage("*'host:port'*ClientId*NewTopicPartitions*TopicCheckTimeout*SaslUsername*").Which.Message.Should().NotContain("secret");
    }

    [Theory]
    [InlineData("host")]
    [InlineData("host:9092")]
    [InlineData("a:1, b:2")]
    [InlineData("SASL_SSL://host:9092")]
    [InlineData("[::1]:9092")]
    public void Options_AddressThatTheClientTakes_IsValid(string servers)
    {
        using var host = Host(outbox => outbox.UseKafka(kafka => kafka.BootstrapServers = servers));

        Options<FirstContext>(host).BootstrapServers.Should().Be(servers);
    }

    [Fact]
    public void Options_Configuration_IsBoundAndCodeWins()
    {
        using var host = Host(
            outbox => outbox.UseKafka(kafka => kafka.ClientId = "from code"),
            new()
            {
                ["Outbox:Kafka:BootstrapServers"] = "configured:9092",
                ["Outbox:Kafka:ClientId"] = "from configuration",
                ["Outbox:Kafka:GroupProtocol"] = "Consumer",
                ["Outbox:Kafka:ProducerProperties:linger.ms"] = "3",
            });

        var options = Options<FirstContext>(host);

        options.BootstrapServers.Should().Be("configured:9092");
        options.ClientId.Should().Be("from code");
        options.GroupProtocol.Should().Be(Confluent.Kafka.GroupProtocol.Consumer);
        options.ProducerProperties.Should().Contain("linger.ms", "3");
    }

    [Fact]
    public void Transport_TwoContexts_HaveTheirOwn()
    {
        using var host = Host(outbox => outbox.UseKafka(kafka => kafka.BootstrapServers = "first:9092"));

        var first = host.Services.GetRequiredKeyedService<ITransport>(typeof(FirstContext));

        first.Should().BeSameAs(host.Services.GetRequiredKeyedService<IReceivingTransport>(typeof(FirstContext)));
        first.Should().NotBeSameAs(host.Services.GetRequiredKeyedService<ITransport>(typeof(SecondContext)));
        Options<SecondContext>(host).BootstrapServers.Should().Be("second:9092");
    }

    [Fact]
    public void OpenSender_SettingThatTheClientRefuses_SaysWhich()
    {
        using var host = Host(outbox => outbox.UseKafka(kafka =>
        {
            kafka.BootstrapServers = "host:9092";
            kafka.ProducerProperties["max.in.flight"] = "100";
        }));
        var transport = host.Services.GetRequiredKeyedService<ITransport>(typeof(FirstContext));

        var open = () => transport.OpenSender(new Specifications.Transport.RecordingSink());

        open.Should().Throw<OutboxException>().WithMessage("*max.in.flight*UseKafka*");
    }

    private static IHost Host(Action<OutboxBuilder> first, Dictionary<string, string?>? settings = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddOutbox<FirstContext>(first);
        builder.Services.AddOutbox<SecondContext>(outbox => outbox.UseKafka(kafka => kafka.BootstrapServers = "second:9092"));
        return builder.Build();
    }

    private static KafkaOptions Options<TContext>(IHost host) =>
        host.Services.GetRequiredService<IOptionsMonitor<KafkaOptions>>().Get(typeof(TContext).FullName);

    private sealed class FirstContext(DbContextOptions<FirstContext> options) : DbContext(options);

    private sealed class SecondContext(DbContextOptions<SecondContext> options) : DbContext(options);
}
