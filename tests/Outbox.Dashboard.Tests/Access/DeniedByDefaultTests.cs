using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Dashboard.Tests.Running;

namespace Outbox.Dashboard.Tests.Access;

public sealed class DeniedByDefaultTests
{
    [Fact]
    public async Task EveryRoute_WithoutPolicies_IsForbiddenInProduction()
    {
        await using var app = await DashboardApp.StartAsync("Production");
        using var client = app.NewClient("ann read act payload");

        foreach (var (method, path) in RoutesOf(app))
        {
            using var response = await client.SendAsync(new HttpRequestMessage(method, path));
            response.StatusCode.Should().Be(HttpStatusCode.Forbidden, $"{method} {path} has no policy");
        }
    }

    [Fact]
    public async Task EveryRoute_WithPolicies_ChallengesTheAnonymousAndForbidsTheOthers()
    {
        await using var app = await DashboardApp.StartAsync("Development", DashboardApp.WithPolicies);
        using var anonymous = app.NewClient();
        using var stranger = app.NewClient("bob");

        foreach (var (method, path) in RoutesOf(app))
        {
            using var first = await anonymous.SendAsync(new HttpRequestMessage(method, path));
            using var second = await stranger.SendAsync(new HttpRequestMessage(method, path));
            first.StatusCode.Should().Be(HttpStatusCode.Unauthorized, $"{method} {path} is asked for by nobody");
            second.StatusCode.Should().Be(HttpStatusCode.Forbidden, $"{method} {path} is asked for by somebody without a right");
        }
    }

    [Fact]
    public async Task WhatActs_AskedForByAReader_IsForbidden()
    {
        await using var app = await DashboardApp.StartAsync("Development", DashboardApp.WithPolicies);
        using var reader = app.NewClient("ann read");
        using var actor = app.NewClient("cid act");

        foreach (var (method, path) in RoutesOf(app).Where(route => route.Path.Contains("/do/")))
        {
            using var response = await reader.SendAsync(new HttpRequestMessage(method, path));
            using var blind = await actor.SendAsync(new HttpRequestMessage(method, path));
            response.StatusCode.Should().Be(HttpStatusCode.Forbidden, $"{method} {path} acts");
            blind.StatusCode.Should().Be(HttpStatusCode.Forbidden, "who acts must be allowed to see");
        }

        (await reader.GetStringAsync("/outbox")).Should().NotContain("/do/", "nothing is offered to those who may not");
    }

    [Theory]
    [InlineData(DashboardApp.RemoteHeader, "203.0.113.7", "another machine")]
    [InlineData("X-Forwarded-For", "203.0.113.7", "a proxy on this machine")]
    [InlineData("Forwarded", "for=203.0.113.7", "a proxy on this machine")]
    [InlineData("X-Original-For", "127.0.0.1:50000", "a proxy that was followed")]
    [InlineData("Host", "evil.example", "a foreign name that points here")]
    public async Task InDevelopment_FromElsewhere_IsForbidden(string header, string value, string because)
    {
        await using var app = await DashboardApp.StartAsync();
        using var client = app.NewClient();
        (await client.GetAsync("/outbox")).StatusCode.Should().Be(HttpStatusCode.OK, "this machine is allowed");
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        (await client.GetAsync("/outbox")).StatusCode.Should().Be(HttpStatusCode.Forbidden, because);
    }

    [Fact]
    public async Task Payload_OfAMessage_IsHiddenUntilAllowed()
    {
        await using var app = await DashboardApp.StartAsync("Production", DashboardApp.WithPolicies);
        await app.AddAsync(Rows.Waiting(body: "secret body", headers: """[["tenant","secret header"]]"""));
        using var reader = app.NewClient("ann read act");
        using var trusted = app.NewClient("bob read payload");
        const string Page = "/outbox/message?place=waiting&id=1";

        (await reader.GetStringAsync(Page)).Should().NotContain("secret").And.Contain("hidden");
        (await reader.GetAsync("/outbox/api/content?place=waiting&id=1")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await reader.GetStringAsync("/outbox/messages")).Should().NotContain("secret");
        (await trusted.GetStringAsync(Page)).Should().ContainAll("secret body", "secret header");
        (await trusted.GetStringAsync("/outbox/api/content?place=waiting&id=1")).Should().Contain(Convert.ToBase64String("secret body"u8));
    }

    [Fact]
    public async Task Policy_ThatDoesNotExist_AllowsNothing()
    {
        await using var app = await DashboardApp.StartAsync("Development", options => options.ReadPolicy = "no-such-policy");
        using var client = app.NewClient("ann read act payload");

        (await client.GetAsync("/outbox")).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public void Map_WithoutItsServices_SaysWhatIsMissing()
    {
        var app = WebApplication.CreateBuilder().Build();

        app.Invoking(it => it.MapOutboxDashboard()).Should().Throw<OutboxException>().WithMessage("*AddOutbox*");
        app.Invoking(it => it.MapOutboxDashboard<Specifications.Storage.StorageContext>()).Should().Throw<OutboxException>().WithMessage("*AddOutboxDashboard*");
    }

    internal static List<(HttpMethod Method, string Path)> RoutesOf(DashboardApp app)
    {
        var routes = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => (Method: HttpMethod.Parse(method), Path: endpoint.RoutePattern.RawText!)))
            .Where(route => route.Path != "/outbox/dashboard.css")
            .ToList();
        routes.Should().HaveCountGreaterThan(30, "the routes are found");
        return routes;
    }
}
