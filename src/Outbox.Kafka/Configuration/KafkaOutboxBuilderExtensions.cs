using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox;
using Outbox.Kafka;
using Outbox.Kafka.Configuration;
using Outbox.Kafka.Status;
using Outbox.Operations;
using Outbox.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses Kafka as the transport.</summary>
public static class KafkaOutboxBuilderExtensions
{
    /// <summary>
    /// Sends to and receives from Kafka. The options are bound from the configuration section <c>Outbox:Kafka</c> where the
    /// application has a configuration, then <paramref name="configure"/> is called; they are checked when the host starts.
    /// </summary>
    /// <param name="builder">The registration.</param>
    /// <param name="configure">Sets the options in code.</param>
    public static OutboxBuilder UseKafka(this OutboxBuilder builder, Action<KafkaOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<KafkaOptions>(builder.OptionsName)
            .Configure<IServiceProvider>((kafka, services) => services.GetService<IConfiguration>()?.GetSection("Outbox:Kafka").Bind(kafka))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>());
        var name = builder.OptionsName;
        builder.Services.TryAddKeyedSingleton(builder.ContextType, (services, _) => CreateTransport(services, name));
        builder.Services.AddKeyedSingleton<ITransport>(
            builder.ContextType, (services, key) => services.GetRequiredKeyedService<KafkaTransport>(key));
        builder.Services.AddKeyedSingleton<IReceivingTransport>(
            builder.ContextType, (services, key) => services.GetRequiredKeyedService<KafkaTransport>(key));
        builder.Services.AddKeyedSingleton<ITopicLog>(
            builder.ContextType, (services, key) => services.GetRequiredKeyedService<KafkaTransport>(key));
        AddCheck(builder.Services, builder.ContextType);
        return builder;
    }

    private static void AddCheck(IServiceCollection services, Type contextType)
    {
        if (services.Any(service => service.ServiceType == typeof(TopicsCheck) && Equals(service.ServiceKey, contextType)))
        {
            return;
        }

        services.AddKeyedSingleton(contextType, (provider, key) => new TopicsCheck(() => provider.GetRequiredKeyedService<KafkaTransport>(key).Cluster));
        services.AddKeyedSingleton<IOutboxCheck>(contextType, (provider, key) => provider.GetRequiredKeyedService<TopicsCheck>(key));
    }

    private static KafkaTransport CreateTransport(IServiceProvider services, string optionsName) => new(
        services.GetRequiredService<IOptionsMonitor<KafkaOptions>>().Get(optionsName),
        services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        services.GetService<TimeProvider>() ?? TimeProvider.System,
        services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false);
}
