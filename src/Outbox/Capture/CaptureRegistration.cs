using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Registration;
using Outbox.Signals;

namespace Outbox.Capture;

/// <summary>Puts Capture into a context type, however the application registers it.</summary>
internal static class CaptureRegistration
{
    /// <summary>Call it once for each context type.</summary>
    public static void Add<TContext>(IServiceCollection services, OutboxRegistration registration)
        where TContext : DbContext
    {
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CommitSignals>();
        services.TryAddKeyedSingleton(typeof(TContext), static (provider, _) => new RelayWakeup(provider.GetRequiredService<TimeProvider>()));
        services.TryAddKeyedSingleton(typeof(TContext), static (_, _) => new BacklogGate());
        services.TryAddKeyedSingleton(typeof(TContext), (provider, _) => new CaptureServices(provider, registration));
        services.ConfigureDbContext<TContext>(static (provider, options) =>
            CaptureOptionsExtension.Apply(options, provider.GetRequiredKeyedService<CaptureServices>(typeof(TContext))));
    }
}
