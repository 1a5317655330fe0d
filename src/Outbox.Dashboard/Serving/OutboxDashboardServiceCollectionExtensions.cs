using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Outbox.Dashboard.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what the dashboard needs.</summary>
public static class OutboxDashboardServiceCollectionExtensions
{
    /// <summary>Adds the services of the dashboard: anti-forgery tokens and authorization. Call <c>app.MapOutboxDashboard()</c> to map it.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddOutboxDashboard(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddAntiforgery();
        services.AddAuthorization();
        services.TryAddSingleton<BacklogHistoryService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BacklogHistoryService>(provider => provider.GetRequiredService<BacklogHistoryService>()));
        return services;
    }
}
