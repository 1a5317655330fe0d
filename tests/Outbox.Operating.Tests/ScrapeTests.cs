using System.Text.Json;
using System.Text.RegularExpressions;
using global::Operating;
using global::Operating.Shop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Operations;
using Outbox.Specifications;

namespace Outbox.Operating.Tests;

/// <summary>What the dashboard and the alerts ask for is there, in a scrape of samples/Operating while it runs.</summary>
public sealed partial class ScrapeTests
{
    [Fact]
    public async Task Queries_OfDashboardAndAlerts_NameMetricsOfARunningService()
    {
        var dashboard = DashboardQueries().ToList();
        var alerts = AlertExpression().Matches(await File.ReadAllTextAsync(Ops("alerts.yaml"))).Select(match => match.Groups[1].Value).ToList();
        await using var sample = await OperatingSample.BuildAsync(
            ["--urls", "http://127.0.0.1:0", "--Outbox:SampleInterval", "00:00:00.2", "--Outbox:MaxMessageBytes", "3000000", "--Logging:LogLevel:Default", "None"]);
        await sample.App.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(AddressOf(sample.App)) };
        await MakeEverythingHappenAsync(sample.App.Services, client);
        var asked = dashboard.Concat(alerts).SelectMany(NamesIn).ToHashSet();

        await EveryNameIsThereAsync(client, asked);

        (dashboard.Count, alerts.Count).Should().Match<(int Dashboard, int Alerts)>(counts => counts.Dashboard > 10 && counts.Alerts > 5);
        (await client.GetAsync("/health")).IsSuccessStatusCode.Should().BeTrue();
        await sample.App.StopAsync();
    }

    [Fact]
    public void NamesIn_AQuery_FindsMetricsAndNotLabels() =>
        NamesIn("sum by (outbox_consumer) (increase(outbox_consumer_messages_total{outbox_outcome=\"dead-lettered\"}[10m])) > 0")
            .Should().Equal("outbox_consumer_messages_total");

    private static async Task EveryNameIsThereAsync(HttpClient client, HashSet<string> asked)
    {
        HashSet<string> missing = [];
        try
        {
            await Eventually.BeTrueAsync(
                async () =>
                {
                    var scrape = await client.GetStringAsync("/metrics");
                    missing = [.. asked.Except(SampleName().Matches(scrape).Select(match => match.Groups[1].Value))];
                    return missing.Count == 0;
                },
                "every metric is there");
        }
        catch (TimeoutException)
        {
            missing.Should().BeEmpty("each query names a metric that exists");
        }
    }

    private static async Task MakeEverythingHappenAsync(IServiceProvider services, HttpClient client)
    {
        (await client.PostAsync("/orders?customer=ann", null)).EnsureSuccessStatusCode();
        (await client.PostAsync("/orders?customer=bob&card=expired", null)).EnsureSuccessStatusCode();
        await Eventually.BeTrueAsync(() => UseAsync(services, db => db.Charges.AnyAsync()), "the order is charged");
        await UseAsync(services, async db =>
        {
            // Larger than the broker takes: its key is parked.
            db.Enqueue(new RawMessage("orders", "carl"u8.ToArray(), new byte[2_000_000]));
            return await db.SaveChangesAsync();
        });
        var operations = services.GetRequiredKeyedService<IOutboxOperations>(typeof(ShopContext));
        await Eventually.BeTrueAsync(async () => (await operations.ListParkedAsync()).Items.Count > 0, "the key is parked");
        await operations.PauseAsync("orders", "test");
        (await client.PostAsync("/orders?customer=dora", null)).EnsureSuccessStatusCode();
    }

    private static async Task<T> UseAsync<T>(IServiceProvider services, Func<ShopContext, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<ShopContext>());
    }

    private static IEnumerable<string> DashboardQueries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Ops("dashboard.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
            {
                yield return target.GetProperty("expr").GetString()!;
            }
        }
    }

    /// <summary>The metrics of a query: its names without those of labels.</summary>
    private static IEnumerable<string> NamesIn(string query) =>
        MetricName().Matches(Labels().Replace(query, " ")).Select(match => match.Value);

    private static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static string Ops(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Outbox.Kafka.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "ops", file);
    }

    [GeneratedRegex(@"^\s*expr: (.*)$", RegexOptions.Multiline)]
    private static partial Regex AlertExpression();

    [GeneratedRegex(@"^([a-z_:]+)(?:\{| )", RegexOptions.Multiline)]
    private static partial Regex SampleName();

    [GeneratedRegex(@"\{[^}]*\}|\b(by|without) \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(?:outbox|messaging)_[a-z_]+\b")]
    private static partial Regex MetricName();
}
