using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox;
using Outbox.Consumers;
using Outbox.Diagnostics;
using Outbox.Handling;
using Outbox.Inbox;
using Outbox.Messages;
using Outbox.Replay;
using Outbox.Storage;
using Outbox.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds consumers.</summary>
public static class OutboxBuilderConsumerExtensions
{
    /// <summary>
    /// Adds a consumer, a hosted role that receives messages and gives them to handlers, with a relay for what it writes itself.
    /// </summary>
    /// <param name="builder">The outbox's builder.</param>
    /// <param name="name">
    /// The consumer's name: what it has handled is remembered under it, so it stays. Also the default of its consumer group.
    /// </param>
    /// <param name="configure">Declares topics and handlers.</param>
    /// <exception cref="OutboxException">A name is not legal or taken, or there is no topic or no handler.</exception>
    public static OutboxBuilder AddConsumer(this OutboxBuilder builder, string name, Action<ConsumerBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        MessageNames.RequireConsumerName(name);
        if (!builder.Registration.ConsumerNames.Add(name))
        {
            throw new OutboxException($"The consumer '{name}' is added twice. Put everything into one AddConsumer(\"{name}\", …) call.");
        }

        var definition = new ConsumerDefinition(name, builder.Registration);

        // Before what configure adds, so that code wins over configuration.
        AddOptions(builder.Services, definition);
        configure(new ConsumerBuilder(builder.Services, definition));
        RequireComplete(definition);
        if (!definition.RelaysElsewhere)
        {
            // Before the consumer's own roles, so that it stops after them and still sends what they wrote last.
            builder.AddRelay();
        }

        AddRoles(builder.Services, definition);
        return builder;
    }

    private static void RequireComplete(ConsumerDefinition definition)
    {
        if (definition.Topics.Count == 0)
        {
            throw new OutboxException($"The consumer '{definition.Name}' receives nothing. Add Subscribe(\"…\") with its topics.");
        }

        if (definition.Handlers.Count == 0)
        {
            throw new OutboxException($"The consumer '{definition.Name}' has no handler. Add Handle<TMessage, THandler>().");
        }
    }

    private static void AddOptions(IServiceCollection services, ConsumerDefinition definition)
    {
        services.AddOptions<ConsumerOptions>(definition.OptionsName)
            .Configure<IServiceProvider>((options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection($"Outbox:Consumers:{definition.Name}").Bind(options))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConsumerOptions>>(new ConsumerOptionsValidator(definition));
    }

    private static void AddRoles(IServiceCollection services, ConsumerDefinition definition)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(definition.OptionsName, definition);
        services.AddKeyedSingleton(definition.OptionsName, (provider, _) => new HandlingEvents
        {
            Meter = new HandlerMeter(definition.Name, provider.GetRequiredService<OutboxMetrics>(), provider.GetRequiredService<TimeProvider>()),
        });
        services.AddKeyedSingleton(definition.OptionsName, (provider, key) => new ConsumerStatus(
            definition.Name, provider.GetRequiredKeyedService<HandlingEvents>(key), provider.GetRequiredService<TimeProvider>()));

        // Under the context's type too, for the health check that asks for all of them.
        services.AddKeyedSingleton(
            definition.Registration.ContextType, (provider, _) => provider.GetRequiredKeyedService<ConsumerStatus>(definition.OptionsName));
        services.AddKeyedSingleton(
            definition.OptionsName, (provider, _) => new HandlerBacklog(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IHostedService>(provider => new ConsumerComposition(provider, definition).CreateConsumer());
        services.AddSingleton<IHostedService>(provider => new ConsumerComposition(provider, definition).CreateCleaner());
        services.AddSingleton<IHostedService>(provider => new ConsumerComposition(provider, definition).CreateReplays());
        AddReplays(services, definition);
    }

    private static void AddReplays(IServiceCollection services, ConsumerDefinition definition)
    {
        var contextType = definition.Registration.ContextType;
        services.AddKeyedSingleton(contextType, (provider, _) =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<ConsumerOptions>>();
            return new ReplayConsumer(definition.Name, definition.Topics, () => options.Get(definition.OptionsName));
        });
    }
}
