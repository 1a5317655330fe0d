using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox.Consumers;
using Outbox.Registration;
using Outbox.Specifications.Handling;
using Outbox.Testing;

namespace Outbox.Tests.Consumers;

public sealed class AddConsumerTests
{
    [Fact]
    public void AddConsumer_NothingSaid_BringsARelayAlong()
    {
        Registration(Add(consumer => consumer.Subscribe("notes").Handle<Note, NoteHandler>())).HasRelay.Should().BeTrue();
        Registration(Add(consumer => consumer.Subscribe("notes").Handle<Note, NoteHandler>().RelayElsewhere())).HasRelay.Should().BeFalse();
    }

    [Fact]
    public void AddConsumer_IncompleteOrIllegal_SaysWhatToDo()
    {
        Adding(consumer => consumer.Handle<Note, NoteHandler>()).Should().Throw<OutboxException>().WithMessage("*receives nothing*Subscribe*");
        Adding(consumer => consumer.Subscribe("notes")).Should().Throw<OutboxException>().WithMessage("*no handler*Handle<*");
        Adding(consumer => consumer.Subscribe("no topic")).Should().Throw<OutboxException>().WithMessage("*'no topic'*legal*");
        Adding(consumer => consumer.Handle<Note, NoteHandler>("")).Should().Throw<OutboxException>().WithMessage("*message name*");
        Adding(Complete, " ").Should().Throw<OutboxException>().WithMessage("*consumer name*");
    }

    [Fact]
    public void AddConsumer_NameTaken_SaysSo()
    {
        var twice = () => new ServiceCollection().AddOutbox<NoteContext>(outbox => outbox
            .AddConsumer("billing", Complete).AddConsumer("billing", Complete));

        twice.Should().Throw<OutboxException>().WithMessage("*'billing' is added twice*");
    }

    [Fact]
    public async Task Start_NamesTransportAndHandlersMissing_TellsEverythingAtOnce()
    {
        var services = Add(consumer => consumer
            .RelayElsewhere().Subscribe("notes").Handle<Note, NoteHandler>()
            .Handle<Other, OtherHandler>("x").Handle<Other, OtherHandler>("x"));

        (await StartingAsync(services)).Message.Should()
            .Contain("Note has no name").And.Contain("Message<Note>").And.Contain("no transport").And.Contain("'x' has two handlers");
    }

    [Fact]
    public async Task Start_ModelLacksTheTables_NamesTheLine()
    {
        var services = new ServiceCollection();
        services.AddDbContext<BareContext>(options => options.UseSqlite("Data Source=:memory:"));
        services.AddOutbox<BareContext>(outbox => outbox
            .UseInMemoryTransport(new InMemoryBroker())
            .AddConsumer("billing", consumer => consumer.Subscribe("notes").Handle<Other, OtherHandler>("other")));

        (await StartingAsync(services)).Message.Should().Contain("modelBuilder.AddOutbox()");
    }

    [Fact]
    public void Options_OutOfRange_TellsEveryFaultWithItsFix()
    {
        var services = Add(consumer => consumer.Subscribe("notes").Handle<Note, NoteHandler>().Configure(options =>
        {
            options.Lanes = 0;
            options.RetryDelay = TimeSpan.FromSeconds(10);
            options.InboxRetention = TimeSpan.FromMinutes(2);
            options.InstanceId = " ";
            options.GroupId = "billing/eu";
        })).BuildServiceProvider();

        var read = () => services.GetRequiredService<IOptionsMonitor<ConsumerOptions>>().Get($"{typeof(NoteContext).FullName}:billing");

        var failures = read.Should().Throw<OptionsValidationException>().Which.Failures.ToList();
        failures.Should().HaveCount(5).And.OnlyContain(failure => failure.StartsWith("Consumer 'billing': ", StringComparison.Ordinal));
        failures.Should().Contain(failure => failure.Contains("Lanes is 0. Set it from 1 to 1024"));
        failures.Should().Contain(failure => failure.Contains("RetryDelay (00:00:10)") && failure.Contains("MaxRetryDelay (00:00:05)"));
        failures.Should().Contain(failure => failure.Contains("InboxCleanupInterval (00:05:00)") && failure.Contains("InboxRetention (00:02:00)"));
        failures.Should().Contain(failure => failure.Contains("notes.billing/eu.dlq") && failure.Contains("GroupId"));
        failures.Should().Contain(failure => failure.Contains("InstanceId is blank"));
    }

    [Fact]
    public void Options_FromConfiguration_AreBoundAndCodeWins()
    {
        var services = Add(consumer => consumer.Subscribe("notes").Handle<Note, NoteHandler>().Configure(options => options.MaxAttempts = 7));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Outbox:Consumers:billing:MaxAttempts"] = "5",
            ["Outbox:Consumers:billing:GroupId"] = "billing-eu",
            ["Outbox:Consumers:billing:HandlerTimeout"] = "00:00:05",
        }).Build());

        var options = services.BuildServiceProvider()
            .GetRequiredService<IOptionsMonitor<ConsumerOptions>>().Get($"{typeof(NoteContext).FullName}:billing");

        options.MaxAttempts.Should().Be(7);
        options.GroupId.Should().Be("billing-eu");
        options.HandlerTimeout.Should().Be(TimeSpan.FromSeconds(5));
    }

    private static void Complete(ConsumerBuilder consumer) => consumer.Subscribe("notes").Handle<Note, NoteHandler>();

    private static Func<ServiceCollection> Adding(Action<ConsumerBuilder> configure, string name = "billing") => () => Add(configure, name);

    private static ServiceCollection Add(Action<ConsumerBuilder> configure, string name = "billing")
    {
        var services = new ServiceCollection();
        services.AddDbContext<NoteContext>(options => options.UseSqlite("Data Source=:memory:"));
        services.AddOutbox<NoteContext>(outbox => outbox.AddConsumer(name, configure));
        return services;
    }

    private static OutboxRegistration Registration(ServiceCollection services) =>
        services.BuildServiceProvider().GetRequiredKeyedService<OutboxRegistration>(typeof(NoteContext));

    private static async Task<OutboxException> StartingAsync(ServiceCollection services)
    {
        services.AddLogging();
        await using var provider = services.BuildServiceProvider();
        var consumer = provider.GetServices<IHostedService>().OfType<ConsumerService>().Single();
        var start = () => consumer.StartAsync(CancellationToken.None);
        return (await start.Should().ThrowAsync<OutboxException>()).Which;
    }

    private sealed record Other(int Number);

    private sealed class OtherHandler : IMessageHandler<Other>
    {
        public Task HandleAsync(Other message, MessageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class BareContext(DbContextOptions<BareContext> options) : DbContext(options);
}
