using System.Data.Common;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Dashboard.Access;
using Outbox.Dashboard.Acting;
using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;
using Outbox.Transport;

namespace Outbox.Dashboard.Serving;

/// <summary>Answers for people: looks who asks, renders, and turns what goes wrong into a page.</summary>
internal sealed partial class DashboardPages(DashboardAccess access, DashboardServices services, string title, string path, ILogger logger)
{
    private static readonly byte[] Style = ReadStyle();

    /// <summary>The style sheet tells nothing, so everybody may have it.</summary>
    public static async Task StyleAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response);
        context.Response.Headers.CacheControl = "public, max-age=3600";
        context.Response.ContentType = "text/css; charset=utf-8";
        await context.Response.Body.WriteAsync(Style, context.RequestAborted).ConfigureAwait(false);
    }

    public async Task ShowAsync(
        HttpContext context, string page, string heading, Func<Site, DashboardServices, PageInput, CancellationToken, Task<HtmlText>> render)
    {
        SecurityHeaders.Set(context.Response);
        if (await access.RequireAsync(context, DashboardRight.Read).ConfigureAwait(false))
        {
            await WriteAsync(context, page, heading, site => render(site, services, new PageInput(context.Request.Query), context.RequestAborted)).ConfigureAwait(false);
        }
    }

    public async Task ShowContentAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response);
        if (await access.RequireAsync(context, DashboardRight.Read).ConfigureAwait(false))
        {
            var may = await access.HasAsync(context, DashboardRight.SeePayloads).ConfigureAwait(false);
            await WriteAsync(context, "messages", "Message", site => may
                ? MessagePage.RenderAsync(site, services, new PageInput(context.Request.Query), context.RequestAborted)
                : Task.FromResult(MessagePage.Hidden)).ConfigureAwait(false);
        }
    }

    /// <summary>Asks whether to do something. Changes nothing.</summary>
    public async Task AskAsync(HttpContext context, string name, DashboardAction action)
    {
        SecurityHeaders.Set(context.Response);
        if (!await access.RequireAsync(context, DashboardRight.Act).ConfigureAwait(false))
        {
            return;
        }

        var token = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        SecurityHeaders.Set(context.Response); // the token's own header for frames is weaker
        var input = new PageInput(context.Request.Query);
        await WriteAsync(context, action.Back, action.Title, async site =>
            ConfirmPage.Ask(site, name, action, await action.PreviewAsync(services, input, context.RequestAborted).ConfigureAwait(false), input, token)).ConfigureAwait(false);
    }

    /// <summary>Does something that was confirmed.</summary>
    public async Task DoAsync(HttpContext context, DashboardAction action)
    {
        SecurityHeaders.Set(context.Response);
        if (!await access.RequireAsync(context, DashboardRight.Act).ConfigureAwait(false))
        {
            return;
        }

        if (!SameOrigin.IsOwn(context.Request) || !await IsTokenValidAsync(context).ConfigureAwait(false))
        {
            LogForged(action.Title);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("This was not asked for on a page of this dashboard. Nothing was done.", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var by = DashboardAccess.NameOf(context);
        await WriteAsync(context, action.Back, action.Title, async site =>
        {
            var input = new PageInput(await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false));
            return ConfirmPage.Tell(site, action, await action.RunAsync(services, input, by, context.RequestAborted).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }

    private static async Task<bool> IsTokenValidAsync(HttpContext context) =>
        context.Request.HasFormContentType
        && await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context).ConfigureAwait(false);

    private async Task WriteAsync(HttpContext context, string page, string heading, Func<Site, Task<HtmlText>> render)
    {
        var mayAct = await access.HasAsync(context, DashboardRight.Act).ConfigureAwait(false);
        var site = new Site(title, context.Request.PathBase + path, mayAct);
        HtmlText content;
        try
        {
            content = await render(site).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            (context.Response.StatusCode, content) = (StatusCodes.Status400BadRequest, Layout.Note(exception.Message));
        }
        catch (Exception exception) when (IsExpected(exception) && !context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(exception, heading);
            (context.Response.StatusCode, content) = (StatusCodes.Status503ServiceUnavailable, Layout.Note($"That could not be done: {Explain(exception)}"));
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Layout.Page(site, page, heading, content).ToString(), context.RequestAborted).ConfigureAwait(false);
    }

    internal static bool IsExpected(Exception exception) => exception
        is OutboxException or TransportException or DbException or TimeoutException or ArgumentException or InvalidOperationException { InnerException: DbException };

    /// <summary>A provider's text may hold anything; this library's own does not.</summary>
    internal static string Explain(Exception exception) =>
        exception is OutboxException or TransportException or ArgumentException ? exception.Message : $"{exception.GetType().Name}; see the application's log.";

    private static byte[] ReadStyle()
    {
        using var stream = typeof(DashboardPages).Assembly.GetManifestResourceStream("dashboard.css")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    [LoggerMessage(14001, LogLevel.Warning, "The dashboard refused '{Action}': the request did not come from one of its pages.")]
    private partial void LogForged(string action);

    [LoggerMessage(14002, LogLevel.Error, "The dashboard's page '{Page}' failed.")]
    private partial void LogFailed(Exception exception, string page);
}
