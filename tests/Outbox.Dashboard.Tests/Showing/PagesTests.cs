using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Outbox.Dashboard.Tests.Running;
using Outbox.Storage.Tables;

namespace Outbox.Dashboard.Tests.Showing;

public sealed partial class PagesTests : IAsyncLifetime
{
    /// <summary>Would run in an element, end an attribute or an element, or turn the direction of what follows.</summary>
    private const string Hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202Egnp.exe\u0007";

    private static readonly string[] Pages =
    [
        "", "/messages?place=waiting", "/messages?place=scheduled", "/messages?place=parked", "/parked", "/deferred", "/letters", "/replays", "/audit",
        "/find?q=a", "/message?place=waiting&id=1", "/do/pause?topic=orders", "/do/release?id=1",
    ];

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

    [Fact]
    public async Task EveryPage_IsStrict_AndNeedsNoScript()
    {
        await _app.AddAsync(Rows.Waiting(), Rows.ParkedKey());

        foreach (var page in Pages)
        {
            using var response = await _client.GetAsync("/outbox" + page);
            var html = await response.Content.ReadAsStringAsync();
            response.StatusCode.Should().Be(HttpStatusCode.OK, page);
            response.Headers.GetValues("Content-Security-Policy").Should().Equal(
                "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
            response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
            response.Headers.GetValues("X-Frame-Options").Should().Equal("DENY");
            response.Headers.CacheControl!.NoStore.Should().BeTrue();
            html.Should().NotContainAny("<script", " style=", "javascript:");
            InlineHandler().IsMatch(html).Should().BeFalse(page);
            html.Should().ContainAll("<html lang=\"en\">", "name=\"viewport\"", "<h1>", "class=\"skip\"");
        }

        (await _client.GetAsync("/outbox/dashboard.css")).Content.Headers.ContentType!.MediaType.Should().Be("text/css");
    }

    [Fact]
    public async Task EveryField_WithAHostileText_IsShownAsText()
    {
        await _app.AddAsync(
            Rows.Waiting(Hostile, Hostile, Hostile, JsonSerializer.Serialize(new[] { new[] { "message-type", Hostile }, [Hostile, Hostile] })),
            Rows.ParkedKey(Hostile, Hostile, Hostile),
            Rows.Deferred(Hostile, Hostile),
            new InboxOffsetRecord { Consumer = Hostile, Topic = Hostile, NextOffset = 1 },
            new OutboxRelayRecord { RelayId = Guid.NewGuid(), Host = Hostile, Version = Hostile },
            new OutboxAuditRecord { RequestedBy = Hostile, Action = Hostile, Target = Hostile },
            new OutboxControlRecord { Topic = Hostile, State = "paused", RequestedBy = Hostile });
        var query = Uri.EscapeDataString(Hostile);

        foreach (var page in Pages.Append($"/find?q={query}").Append($"/messages?place=waiting&topic={query}&key={query}&type={query}")
            .Append($"/deferred?consumer={query}&error={query}").Append($"/do/retry?consumer={query}&id=1&{query}={query}").Append($"/do/pause?topic={query}"))
        {
            var html = await (await _client.GetAsync("/outbox" + page)).Content.ReadAsStringAsync();
            html.Should().NotContainAny("<script", "<img", "\u202E", "\u0007", "&#x202E;", "&#x7;");
            html.Should().NotContain("\"'>", page);
        }

        foreach (var page in (string[])["", "/messages?place=waiting", "/parked", "/deferred", "/audit", "/message?place=waiting&id=1"])
        {
            (await _client.GetStringAsync("/outbox" + page)).Should().Contain("&lt;script&gt;alert(1)&lt;/script&gt;", $"{page} shows it as text").And.Contain("\\u202E");
        }
    }

    [Fact]
    public async Task Overview_WhatWaits_IsShownWithItsAge()
    {
        await _app.AddAsync(Rows.Waiting(), Rows.Waiting("payments"), Rows.ParkedKey(), Rows.Deferred("shipments"));

        var html = await _client.GetStringAsync("/outbox");

        html.Should().ContainAll("<strong>2</strong> waiting", "payments", "<strong>1</strong> keys held back", "No relay is known");
    }

    [Fact]
    public async Task Api_EveryQuestion_AnswersJson()
    {
        await _app.AddAsync(Rows.Waiting(), Rows.ParkedKey());

        foreach (var question in (string[])["overview", "consumers", "messages?place=waiting", "parked", "replays", "audit", "find?q=a"])
        {
            using var response = await _client.GetAsync($"/outbox/api/{question}");
            response.StatusCode.Should().Be(HttpStatusCode.OK, question);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        }

        (await _client.GetAsync("/outbox/api/messages?place=nowhere")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _client.GetAsync("/outbox/api/content?place=waiting&id=99")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _client.GetAsync("/outbox/messages?after=x")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _client.GetAsync("/outbox/letters?consumer=billing&topic=orders")).StatusCode.Should().Be(
            HttpStatusCode.ServiceUnavailable, "letters are read from the broker, and there is none");
    }

    [Fact]
    public async Task Lists_LongerThanAPage_GoOn()
    {
        await _app.AddAsync([.. Enumerable.Range(0, 60).Select(n => Rows.Waiting(key: $"key-{n:00}"))]);

        var first = await _client.GetStringAsync("/outbox/messages?place=waiting&topic=orders");
        var next = WebUtility.HtmlDecode(NextPage().Match(first).Groups[1].Value);
        var second = await _client.GetStringAsync(next);

        first.Should().Contain("key-49").And.NotContain("key-50");
        second.Should().Contain("key-50").And.Contain("key-59").And.NotContain("key-49");
    }

    [GeneratedRegex(@"<[^>]*\son[a-z]+\s*=")]
    private static partial Regex InlineHandler();

    [GeneratedRegex("href=\"([^\"]*)\">Further")]
    private static partial Regex NextPage();
}
