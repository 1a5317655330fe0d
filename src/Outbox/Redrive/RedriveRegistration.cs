using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.Registration;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Redrive;

/// <summary>Registers the redrive under the context's type.</summary>
internal static class RedriveRegistration
{
    public static void Add(IServiceCollection services, OutboxRegistration registration)
    {
        services.TryAddKeyedSingleton<IInboxRedrive>(registration.ContextType, (provider, key) =>
        {
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            var options = provider.GetRequiredService<IOptionsMonitor<ConsumerOptions>>();
            return new TopicRedrive(
                provider.GetKeyedService<ITopicLog>(key),
                new RedriveBatch(
                    provider.GetRequiredKeyedService<ContextSessions>(key),
                    provider.GetRequiredKeyedService<IInboxStore>(key),
                    provider.GetRequiredKeyedService<IDeferredStore>(key),
                    time),
                consumer => options.Get($"{registration.OptionsName}:{consumer}").GroupId ?? consumer,
                time,
                provider.GetService<ILogger<TopicRedrive>>() ?? NullLogger<TopicRedrive>.Instance);
        });
    }
}
