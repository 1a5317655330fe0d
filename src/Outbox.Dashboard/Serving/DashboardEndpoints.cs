using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Dashboard.Access;
using Outbox.Dashboard.Acting;
using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;
using Outbox.Operations;

namespace Outbox.Dashboard.Serving;

/// <summary>The routes of one dashboard.</summary>
internal static class DashboardEndpoints
{
    private static readonly SearchValues<char> NotPlain = SearchValues.Create("{}?#*\\ ");

    private static readonly (string Path, string Heading, Func<Site, DashboardServices, PageInput, CancellationToken, Task<HtmlText>> RenderAsync)[] Pages =
    [
        ("", "Overview", OverviewPage.RenderAsync),
        ("messages", "Messages", MessagesPage.RenderAsync),
        ("parked", "Parked", ParkedPage.RenderAsync),
        ("deferred", "Deferred", DeferredPage.RenderAsync),
        ("letters", "Dead letters", LettersPage.RenderAsync),
        ("replays", "Replays", ReplaysPage.RenderAsync),
        ("audit", "Audit", AuditPage.RenderAsync),
        ("find", "Find", FindPage.RenderAsync),
    ];

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, Type contextType, Action<OutboxDashboardOptions>? configure)
    {
        var services = endpoints.ServiceProvider;
        Require(services, pattern, contextType);
        var options = new OutboxDashboardOptions();
        configure?.Invoke(options);
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Outbox.Dashboard");
        var access = new DashboardAccess(options, services.GetRequiredService<IHostEnvironment>(), logger);
        var shown = DashboardServices.Of(services, contextType, services.GetRequiredService<BacklogHistoryService>().Of(contextType));
        var pages = new DashboardPages(access, shown, options.Title, pattern.TrimEnd('/'), logger);
        var api = new DashboardApi(access, shown, logger);

        var group = endpoints.MapGroup(pattern);
        group.MapGet("/dashboard.css", DashboardPages.StyleAsync);
        foreach (var (path, heading, render) in Pages)
        {
            group.MapGet($"/{path}", context => pages.ShowAsync(context, path, heading, render));
        }

        group.MapGet("/message", pages.ShowContentAsync);
        foreach (var (name, action) in DashboardActions.All)
        {
            group.MapGet($"/do/{name}", context => pages.AskAsync(context, name, action));
            group.MapPost($"/do/{name}", context => pages.DoAsync(context, action));
            group.MapPost($"/api/do/{name}", context => api.DoAsync(context, action));
        }

        api.MapQuestions(group);
        return group.WithMetadata(new ExcludeFromDescriptionAttribute());
    }

    private static void Require(IServiceProvider services, string pattern, Type contextType)
    {
        if (services.GetService<BacklogHistoryService>() is null)
        {
            throw new OutboxException("The dashboard's services are missing. Add builder.Services.AddOutboxDashboard() before the application is built.");
        }

        if (services.GetKeyedService<IOutboxOperations>(contextType) is null)
        {
            throw new OutboxException($"{contextType.Name} has no outbox to show. Add services.AddOutbox<{contextType.Name}>(…).");
        }

        if (pattern is not ['/', ..] || pattern.Length < 2 || pattern.AsSpan().ContainsAny(NotPlain))
        {
            throw new OutboxException($"'{pattern}' cannot be the dashboard's path. Give one that begins with a slash and has no parameters, such as /outbox.");
        }
    }
}
