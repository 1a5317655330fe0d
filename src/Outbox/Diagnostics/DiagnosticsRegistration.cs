using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.Operations;
using Outbox.Registration;

namespace Outbox.Diagnostics;

/// <summary>Registers the metrics, and what looks into the database for them.</summary>
internal static class DiagnosticsRegistration
{
    public static void Add(IServiceCollection services, OutboxRegistration registration)
    {
        var contextType = registration.ContextType;
        services.TryAddSingleton(provider => new OutboxMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddKeyedSingleton(contextType, (_, _) => new BacklogSamples());
        services.AddSingleton<IHostedService>(provider => new BacklogSampler(
            () => provider.GetRequiredKeyedService<IOutboxOperations>(contextType),
            provider.GetRequiredKeyedService<BacklogSamples>(contextType),
            provider.GetRequiredService<OutboxMetrics>(),
            () => new BacklogSampling(
                provider.GetRequiredService<IOptionsMonitor<OutboxOptions>>().Get(registration.OptionsName).SampleInterval, registration.HasRelay),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILoggerFactory>()?.CreateLogger("Outbox.Diagnostics") ?? (ILogger)NullLogger.Instance));
    }
}
