using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Specifications;
using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Readme;

public sealed partial class ReadmeTests
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string> Documents =>
        [.. Directory.GetFiles(Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md")).Select(file => Path.GetRelativePath(Root, file))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_EveryCSharpBlock_IsACompiledRegion(string document)
    {
        var folders = new[] { Path.Combine(Root, "tests", "Outbox.EndToEnd.Tests", "Readme"), Path.Combine(Root, "samples", "MinimalApi"), Path.Combine(Root, "tests", "Outbox.Operating.Tests") };
        var code = folders.SelectMany(folder => Directory.GetFiles(folder, "*.cs")).Select(File.ReadAllText);
        var regions = code.SelectMany(text => Region().Matches(text)).Select(match => Unindent(match.Groups[1].Value)).ToHashSet();

        var blocks = Block().Matches(File.ReadAllText(Path.Combine(Root, document))).Select(match => Unindent(match.Groups[1].Value));

        blocks.Where(block => !regions.Contains(block)).Should().BeEmpty("a reader must be able to trust every line");
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_EveryLinkIntoTheRepository_LeadsSomewhere(string document)
    {
        var file = Path.Combine(Root, document);

        var links = Link().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));

        links.Where(link => !Exists(Path.GetDirectoryName(file)!, link)).Should().BeEmpty("a link that leads nowhere costs trust");
    }

    [Fact]
    public void Readme_FirstCSharpBlock_IsNearTheTopAndShort()
    {
        var lines = File.ReadAllLines(Path.Combine(Root, "README.md"));
        var start = Array.IndexOf(lines, "```csharp");

        start.Should().BeInRange(1, 39);
        (Array.IndexOf(lines, "```", start) - start - 1).Should().BeLessThanOrEqualTo(10);
        lines.Should().HaveCountLessThanOrEqualTo(200);
    }

    [PostgreSqlFact]
    public async Task Readme_ItsExample_HandlesAnOrderOnce()
    {
        var connection = await PostgreSqlServer.CreateDatabaseAsync();
        using var kafka = new Outbox.Testing.EmbeddedKafka();
        kafka.CreateTopic("orders", 3);
        var builder = Host.CreateApplicationBuilder();
        ReadmeExample.Register(builder.Services, connection, kafka.BootstrapServers);
        using var host = builder.Build();
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShopContext>();
        await db.Database.EnsureCreatedAsync();
        await host.StartAsync();
        var order = new Order { Id = Guid.NewGuid() };

        await ReadmeExample.PlaceAsync(db, order);

        await Eventually.BeTrueAsync(() => db.Charges.AnyAsync(), "the order is charged");
        (await db.Charges.SingleAsync()).OrderId.Should().Be(order.Id);
        await host.StopAsync();
        await PostgreSqlServer.DropDatabaseAsync(connection);
    }

    private static bool Exists(string folder, string link)
    {
        var parts = link.Split('#');
        var target = parts[0].Length == 0 ? null : Path.Combine(folder, parts[0]);
        return target is null || (parts.Length == 1 ? Path.Exists(target) : File.ReadLines(target).Any(line => Anchor(line) == parts[1]));
    }

    private static string Anchor(string line) =>
        line.StartsWith('#') ? NotOfAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-') : "";

    private static string Unindent(string block)
    {
        var lines = block.Trim('\r', '\n').TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToList();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : line.TrimStart()));
    }

    internal static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Outbox.Kafka.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex("#region [a-z-]+\r?\n(.*?)#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^a-z0-9 _-]")]
    private static partial Regex NotOfAnchors();

    [GeneratedRegex("```csharp\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
