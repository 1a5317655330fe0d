using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Outbox;
using Outbox.Capture;
using Outbox.Deferral;
using Outbox.Diagnostics;
using Outbox.Handling.Chunks;
using Outbox.Operations;
using Outbox.Redrive;
using Outbox.Registration;
using Outbox.Relay;
using Outbox.Replay;
using Outbox.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the outbox to an application.</summary>
public static class OutboxServiceCollectionExtensions
{
    /// <summary>
    /// Adds the outbox and inbox for a context type. Called again for the same type it adds to the same registration. The context's
    /// model must call <c>modelBuilder.AddOutbox()</c>, and the context must be registered (<c>AddDbContext</c> or one of its kin), before or after.
    /// </summary>
    /// <typeparam name="TContext">The context whose database carries the tables.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Declares messages, implementations and roles.</param>
    /// <exception cref="OutboxException">Something declared cannot work.</exception>
    public static IServiceCollection AddOutbox<TContext>(this IServiceCollection services, Action<OutboxBuilder> configure)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var registration = (OutboxRegistration?)services
            .FirstOrDefault(service => service.ServiceType == typeof(OutboxRegistration) && Equals(service.ServiceKey, typeof(TContext)))
            ?.KeyedImplementationInstance;
        if (registration is null)
        {
            registration = new OutboxRegistration(typeof(TContext));
            services.AddKeyedSingleton<OutboxRegistration>(typeof(TContext), registration);
            AddShared(services, registration);
            CaptureRegistration.Add<TContext>(services, registration);
            StorageRegistration.Add(services, typeof(TContext));
            RelayRegistration.AddForWriters(services, registration);
            OperationsRegistration.Add(services, registration);
            DiagnosticsRegistration.Add(services, registration);
            services.ConfigureDbContext<TContext>(static options => options.AddInterceptors(HandlerWatchInterceptor.Instance));
            DeferralRegistration.Add(services, typeof(TContext));
            RedriveRegistration.Add(services, registration);
            ReplayRegistration.Add(services, typeof(TContext));
        }

        configure(new OutboxBuilder(services, registration));
        return services;
    }

    private static void AddShared(IServiceCollection services, OutboxRegistration registration)
    {
        services.AddOptions<OutboxOptions>(registration.OptionsName)
            .Configure<IServiceProvider>((options, provider) => OutboxConfiguration.Bind(provider, "", options))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<OutboxOptions>>(new OutboxOptionsValidator(registration.OptionsName));
    }
}
