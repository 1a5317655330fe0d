using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox;
using Outbox.Dashboard.Serving;
using Outbox.Operations;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard into an application.</summary>
public static class OutboxDashboardEndpointRouteBuilderExtensions
{
    /// <summary>Maps the dashboard of the application's only outbox.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path. Default: <c>/outbox</c>.</param>
    /// <param name="configure">Says who may use it. Default: null, local requests in Development only.</param>
    /// <returns>For conventions of all its endpoints, such as <c>RequireHost</c> or <c>RequireAuthorization</c>.</returns>
    /// <exception cref="OutboxException">There is no outbox or more than one, the services are missing, or the path is not plain.</exception>
    public static IEndpointConventionBuilder MapOutboxDashboard(
        this IEndpointRouteBuilder endpoints, string pattern = "/outbox", Action<OutboxDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var types = endpoints.ServiceProvider.GetKeyedServices<IOutboxOperations>(KeyedService.AnyKey).Select(operations => operations.ContextType).Distinct().ToList();
        return types.Count == 1
            ? DashboardEndpoints.Map(endpoints, pattern, types[0], configure)
            : throw new OutboxException(types.Count == 0
                ? "This application has no outbox to show. Add services.AddOutbox<TContext>(…)."
                : $"This application has several outboxes. Map one dashboard for each, with a path of its own: {string.Join(", ", types.Select(type => $"MapOutboxDashboard<{type.Name}>(…)"))}.");
    }

    /// <summary>Maps the dashboard of one context's outbox.</summary>
    /// <typeparam name="TContext">The context given to <c>AddOutbox</c>.</typeparam>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path. Default: <c>/outbox</c>.</param>
    /// <param name="configure">Says who may use it. Default: null, local requests in Development only.</param>
    /// <returns>For conventions of all its endpoints, such as <c>RequireHost</c> or <c>RequireAuthorization</c>.</returns>
    /// <exception cref="OutboxException">The context has no outbox, the services are missing, or the path is not plain.</exception>
    public static IEndpointConventionBuilder MapOutboxDashboard<TContext>(
        this IEndpointRouteBuilder endpoints, string pattern = "/outbox", Action<OutboxDashboardOptions>? configure = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return DashboardEndpoints.Map(endpoints, pattern, typeof(TContext), configure);
    }
}
