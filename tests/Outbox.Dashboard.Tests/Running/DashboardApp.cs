using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Operations;
using Outbox.Specifications.Storage;

namespace Outbox.Dashboard.Tests.Running;

/// <summary>An application with a dashboard, on a SQLite file and a port of its own.</summary>
internal sealed partial class DashboardApp : IAsyncDisposable
{
    /// <summary>Makes a request seem to come from this address.</summary>
    public const string RemoteHeader = "X-Test-Remote";

    private readonly string _file;

    private DashboardApp(WebApplication app, string file) => (App, _file) = (app, file);

    public WebApplication App { get; }

    public Uri Address => new(App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IOutboxOperations Operations => App.Services.GetRequiredKeyedService<IOutboxOperations>(typeof(StorageContext));

    public static async Task<DashboardApp> StartAsync(
        string environment = "Development", Action<OutboxDashboardOptions>? configure = null, Action<OutboxBuilder>? outbox = null, Action<IServiceCollection>? services = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"outbox-dashboard-{Guid.NewGuid():N}.db");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.Services.AddDbContext<StorageContext>(options => options.UseSqlite($"Data Source={file}"), optionsLifetime: ServiceLifetime.Singleton);
        builder.Services.AddOutbox<StorageContext>(declared => outbox?.Invoke(declared));
        builder.Services.AddAuthentication(HeaderAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>(HeaderAuthentication.SchemeName, null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("read", policy => policy.RequireRole("read"))
            .AddPolicy("act", policy => policy.RequireRole("act"))
            .AddPolicy("payload", policy => policy.RequireRole("payload"));
        builder.Services.AddOutboxDashboard();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Use((context, next) =>
        {
            if (context.Request.Headers[RemoteHeader] is [{ } remote])
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(remote);
            }

            return next(context);
        });
        app.MapOutboxDashboard("/outbox", configure);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<StorageContext>().Database.EnsureCreatedAsync();
        }

        await app.StartAsync();
        return new DashboardApp(app, file);
    }

    /// <summary>Sets all three policies.</summary>
    public static void WithPolicies(OutboxDashboardOptions options) =>
        (options.ReadPolicy, options.ActPolicy, options.PayloadPolicy) = ("read", "act", "payload");

    /// <summary>A browser of somebody's own, with cookies.</summary>
    public HttpClient NewClient(string? user = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        if (user is not null)
        {
            client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, user);
        }

        return client;
    }

    /// <summary>Opens a confirmation and presses its button, as a person would.</summary>
    public static async Task<HttpResponseMessage> ConfirmAsync(
        HttpClient client, string action, Action<HttpRequestMessage>? change = null, Action<Dictionary<string, string>>? changeForm = null)
    {
        var page = await (await client.GetAsync($"/outbox/do/{action}")).EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        var fields = HiddenField().Matches(page).ToDictionary(match => WebUtility.HtmlDecode(match.Groups[1].Value), match => WebUtility.HtmlDecode(match.Groups[2].Value));
        changeForm?.Invoke(fields);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/outbox/do/{action.Split('?')[0]}") { Content = new FormUrlEncodedContent(fields) };
        change?.Invoke(request);
        return await client.SendAsync(request);
    }

    public async Task AddAsync(params object[] rows)
    {
        await using var scope = App.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StorageContext>();
        foreach (var row in rows)
        {
            db.Add(row);
            await db.SaveChangesAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var part in new[] { _file, _file + "-wal", _file + "-shm" })
        {
            File.Delete(part);
        }
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex HiddenField();
}
