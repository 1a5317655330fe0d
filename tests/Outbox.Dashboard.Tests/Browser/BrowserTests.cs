using Microsoft.Playwright;
using Outbox.Dashboard.Tests.Running;
using Outbox.Operations;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Dashboard.Tests.Browser;

/// <summary>The dashboard in a real browser. Pictures are kept beside the tests' build output.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private const string Hostile = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>";

    private static readonly string[] Pages = ["", "/messages?place=waiting", "/parked", "/deferred", "/letters", "/replays", "/audit", "/find?q=customer-1", "/message?place=waiting&id=1"];
    private static readonly string Pictures = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "pictures")).FullName;

    private readonly List<string> _complaints = [];
    private DashboardApp _app = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        if (!File.Exists(ChromiumFactAttribute.Path))
        {
            return;
        }

        _app = await DashboardApp.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = ChromiumFactAttribute.Path, Args = ["--no-sandbox"] });
        var relay = Guid.CreateVersion7();
        await _app.AddAsync([.. Enumerable.Range(0, 4).Select(bucket => new OutboxBucketRecord { Bucket = bucket, Owner = relay, LeaseUntil = DateTime.UtcNow.AddMinutes(1), Total = 4 })]);
        await _app.AddAsync(
            [.. Enumerable.Range(1, 6).Select(n => Rows.Waiting(n % 3 == 0 ? "payments" : "orders", $"customer-{n}", "{\"amount\":\"12.50\"}"))]);
        await _app.AddAsync(
            Rows.ParkedKey("orders", "customer-9", "Broker: Message size too large"),
            Rows.Deferred("shipments"),
            new InboxOffsetRecord { Consumer = "billing", Topic = "orders", NextOffset = 100 },
            new OutboxRelayRecord { RelayId = relay, Host = "shop-1", Version = "0.1.0", StartedAt = DateTime.UtcNow, LastSeen = DateTime.UtcNow });
        await _app.Operations.PauseAsync("payments", "ann");
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
            await _app.DisposeAsync();
        }
    }

    [ChromiumFact]
    public async Task EveryPage_LightAndDarkWideAndNarrow_FitsAndBreaksNoRule()
    {
        foreach (var (name, scheme, width) in ((string, ColorScheme, int)[])[("light", ColorScheme.Light, 1280), ("dark", ColorScheme.Dark, 1280), ("phone", ColorScheme.Light, 390)])
        {
            var page = await OpenAsync(scheme, width);
            foreach (var path in Pages)
            {
                await page.GotoAsync(new Uri(_app.Address, "/outbox" + path).ToString());
                await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}-{PictureOf(path)}.png"), FullPage = true });
                (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).Should().BeTrue($"{path} must not scroll sideways on {name}");
            }
        }

        _complaints.Should().BeEmpty("the content policy is kept by the dashboard itself");
    }

    [ChromiumFact]
    public async Task Parked_ReleasedByKeyboard_IsAskedForAndWrittenDown()
    {
        var page = await OpenAsync(ColorScheme.Light, 1280);
        await page.GotoAsync(new Uri(_app.Address, "/outbox/parked").ToString());
        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("document.activeElement.className")).Should().Be("skip", "the first key press can skip the head of the page");

        await page.GetByRole(AriaRole.Link, new() { Name = "Release" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Release" }).FocusAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, "confirm.png") });
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("1 entries: asked for").WaitForAsync();

        (await _app.Operations.ListParkedAsync()).Items.Should().ContainSingle().Which.Request.Should().Be(ParkedKeyAction.Release);
        (await _app.Operations.ListAuditAsync()).Items[0].Action.Should().Be("parked release");
        _complaints.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task HostileTexts_OnEveryPage_RunNothing()
    {
        await _app.AddAsync(Rows.Waiting(Hostile, Hostile, Hostile), Rows.ParkedKey(Hostile, Hostile, Hostile), Rows.Deferred(Hostile, Hostile));
        await _app.AddAsync(new OutboxAuditRecord { RequestedBy = Hostile, Action = "pause", Target = Hostile });
        var page = await OpenAsync(ColorScheme.Light, 1280);
        var asked = 0;
        page.Dialog += (_, dialog) =>
        {
            asked++;
            _ = dialog.DismissAsync();
        };

        foreach (var path in Pages.Append($"/find?q={Uri.EscapeDataString(Hostile)}").Append($"/do/pause?topic={Uri.EscapeDataString(Hostile)}"))
        {
            await page.GotoAsync(new Uri(_app.Address, "/outbox" + path).ToString());
            (await page.TitleAsync()).Should().NotBe("owned");
            (await page.Locator("main script, main img").CountAsync()).Should().Be(0, $"{path} shows it as text");
        }

        asked.Should().Be(0);
    }

    private async Task<IPage> OpenAsync(ColorScheme scheme, int width)
    {
        var page = await _browser.NewPageAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 } });
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.Contains("favicon", StringComparison.Ordinal))
            {
                _complaints.Add(message.Text);
            }
        };
        return page;
    }

    private static string PictureOf(string path) => path.Length == 0 ? "overview" : path.Split('?')[0].Trim('/');
}
