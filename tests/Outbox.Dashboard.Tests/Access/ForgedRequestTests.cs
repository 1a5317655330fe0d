using System.Net;
using System.Net.Http.Json;
using System.Text;
using Outbox.Dashboard.Tests.Running;

namespace Outbox.Dashboard.Tests.Access;

/// <summary>A request that did not come from the dashboard's own page changes nothing.</summary>
public sealed class ForgedRequestTests : IAsyncLifetime
{
    private DashboardApp _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _app = await DashboardApp.StartAsync("Production", DashboardApp.WithPolicies);
        _client = _app.NewClient("ann read act");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Confirmed_OnItsPage_IsDoneAndWrittenDown()
    {
        using var response = await DashboardApp.ConfirmAsync(_client, "pause?topic=orders");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _app.Operations.ListAuditAsync()).Items.Should().ContainSingle()
            .Which.Should().Match<Operations.AuditEntry>(entry => entry.RequestedBy == "ann" && entry.Action == "pause" && entry.Target == "orders");
    }

    [Fact]
    public async Task AnyAction_WithoutAToken_IsRefused()
    {
        foreach (var (method, path) in DeniedByDefaultTests.RoutesOf(_app).Where(route => route.Method == HttpMethod.Post))
        {
            using var request = new HttpRequestMessage(method, path) { Content = new FormUrlEncodedContent([new("topic", "orders"), new("id", "1")]) };
            (await _client.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.BadRequest, path);
        }

        await NothingHappenedAsync();
    }

    [Fact]
    public async Task Asking_ForAConfirmation_ChangesNothing()
    {
        (await _client.GetAsync("/outbox/do/pause?topic=orders")).StatusCode.Should().Be(HttpStatusCode.OK);

        await NothingHappenedAsync();
    }

    [Fact]
    public async Task Token_OfSomebodyElse_IsRefused()
    {
        using var mallory = _app.NewClient("mallory read act");
        var stolen = "";
        await DashboardApp.ConfirmAsync(mallory, "pause?topic=payments", changeForm: form => stolen = form["__RequestVerificationToken"]);

        using var response = await DashboardApp.ConfirmAsync(_client, "pause?topic=orders", changeForm: form => form["__RequestVerificationToken"] = stolen);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _app.Operations.ListAuditAsync()).Items.Should().OnlyContain(entry => entry.RequestedBy == "mallory");
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Request_FromAnotherSite_IsRefusedEvenWithAToken(string header, string value)
    {
        using var response = await DashboardApp.ConfirmAsync(_client, "pause?topic=orders", request => request.Headers.TryAddWithoutValidation(header, value));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        await NothingHappenedAsync();
    }

    [Fact]
    public async Task Request_OfItsOwnPage_IsDone()
    {
        using var response = await DashboardApp.ConfirmAsync(_client, "pause?topic=orders", request =>
        {
            request.Headers.TryAddWithoutValidation("Origin", _app.Address.GetLeftPart(UriPartial.Authority));
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        });

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Api_WithoutItsHeaderOrNotAsJson_IsRefused()
    {
        (await _client.PostAsJsonAsync("/outbox/api/do/pause", new { topic = "orders" })).StatusCode.Should().Be(HttpStatusCode.BadRequest, "a form could look like JSON");
        _client.DefaultRequestHeaders.Add("X-Outbox-Request", "1");
        using var form = new StringContent("{\"topic\":\"orders\"}", Encoding.UTF8, "text/plain");
        (await _client.PostAsync("/outbox/api/do/pause", form)).StatusCode.Should().Be(HttpStatusCode.BadRequest, "a page of another site can send that");
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/outbox/api/do/pause") { Content = JsonContent.Create(new { topic = "orders" }) };
        foreign.Headers.Add("Origin", "https://evil.example");
        (await _client.SendAsync(foreign)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        await NothingHappenedAsync();

        (await _client.PostAsJsonAsync("/outbox/api/do/pause", new { topic = "orders" })).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _app.Operations.ListAuditAsync()).Items.Should().ContainSingle().Which.Target.Should().Be("orders");
    }

    private async Task NothingHappenedAsync()
    {
        (await _app.Operations.ListAuditAsync()).Items.Should().BeEmpty();
        (await _app.Operations.GetOverviewAsync()).Pauses.Should().BeEmpty();
    }
}
