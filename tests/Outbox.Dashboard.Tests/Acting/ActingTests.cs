using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Dashboard.Tests.Running;
using Outbox.Storage;

namespace Outbox.Dashboard.Tests.Acting;

public sealed class ActingTests : IAsyncLifetime
{
    private DashboardApp _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _app = await DashboardApp.StartAsync();
        _client = _app.NewClient();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("release", ParkedKeyAction.Release, "parked release")]
    [InlineData("discard-parked", ParkedKeyAction.Discard, "parked discard")]
    public async Task Parked_Confirmed_IsAskedFor(string action, ParkedKeyAction expected, string audited)
    {
        await _app.AddAsync(Rows.ParkedKey(key: "a"), Rows.ParkedKey(key: "b"));
        (await _client.GetStringAsync($"/outbox/do/{action}?id=2")).Should().Contain("<strong>b</strong>").And.NotContain("<strong>a</strong>");

        using var response = await DashboardApp.ConfirmAsync(_client, $"{action}?id=2");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _app.Operations.ListParkedAsync()).Items.Select(entry => entry.Request).Should().Equal(null, expected);
        (await _app.Operations.ListAuditAsync()).Items.Should().ContainSingle().Which.Should().Match<Operations.AuditEntry>(
            entry => entry.Action == audited && entry.Target == "2" && entry.RequestedBy.Contains("dashboard"));
    }

    [Fact]
    public async Task PauseResumeDrain_AreSeenOnTheOverview()
    {
        await DashboardApp.ConfirmAsync(_client, "pause?topic=orders");
        await DashboardApp.ConfirmAsync(_client, "drain");
        (await _client.GetStringAsync("/outbox")).Should().ContainAll("<td>orders</td><td>Paused</td>", "<td>all topics</td><td>Draining</td>");

        await DashboardApp.ConfirmAsync(_client, "resume?topic=orders");

        (await _client.GetStringAsync("/outbox")).Should().NotContain("<td>orders</td>");
    }

    [Fact]
    public async Task Deferred_RetriedAndDiscarded()
    {
        await _app.AddAsync(Rows.Deferred("a"), Rows.Deferred("b"));

        using var retry = await DashboardApp.ConfirmAsync(_client, "retry?consumer=billing&id=1");
        using var discard = await DashboardApp.ConfirmAsync(_client, "discard-deferred?consumer=billing&id=2");

        (await retry.Content.ReadAsStringAsync()).Should().Contain("1 messages are due now");
        (await discard.Content.ReadAsStringAsync()).Should().Contain("1 messages were thrown away");
        (await _app.Operations.ListMessagesAsync(Operations.MessagePlace.Deferred)).Items.Should().ContainSingle().Which.Topic.Should().Be("a");
    }

    [Fact]
    public async Task WrongInput_IsSaid_AndNothingIsDone()
    {
        (await _client.GetAsync("/outbox/do/release")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _client.GetAsync("/outbox/do/release?id=x")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _client.GetAsync("/outbox/do/no-such-action")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _client.GetAsync("/outbox/do/start-replay?consumer=x&kind=again&from=yesterday")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        _client.DefaultRequestHeaders.Add("X-Outbox-Request", "1");
        using var response = await _client.PostAsJsonAsync("/outbox/api/do/release", new { id = "x" });
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var none = await _client.PostAsJsonAsync("/outbox/api/do/cancel-replay", new { replay = Guid.NewGuid() });
        (await none.Content.ReadAsStringAsync()).Should().Contain("no such replay");
        (await _app.Operations.ListAuditAsync()).Items.Should().OnlyContain(entry => entry.Action == "replay cancel");
    }

    [Fact]
    public async Task Api_ListOfIds_IsTaken()
    {
        await _app.AddAsync(Rows.ParkedKey(key: "a"), Rows.ParkedKey(key: "b"));
        _client.DefaultRequestHeaders.Add("X-Outbox-Request", "1");

        using var response = await _client.PostAsJsonAsync("/outbox/api/do/release", new { id = (int[])[1, 2] });

        (await response.Content.ReadAsStringAsync()).Should().Contain("2 entries");
        (await _app.Operations.ListParkedAsync()).Items.Select(entry => entry.Request).Should().Equal(ParkedKeyAction.Release, ParkedKeyAction.Release);
    }
}
