using System.Text.RegularExpressions;

namespace Outbox.EndToEnd.Tests.Readme;

public sealed partial class TroubleshootingTests
{
    private static readonly string Root = ReadmeTests.FindRoot();

    [Fact]
    public void Troubleshooting_EveryErrorText_IsStillSaidByTheLibrary()
    {
        var files = Directory.GetFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories);
        var code = files.Select(file => JoinedStrings().Replace(File.ReadAllText(file), "")).ToList();
        var texts = File.ReadLines(Path.Combine(Root, "docs", "troubleshooting.md"))
            .Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => line[4..]).ToList();

        var unknown = texts.Where(text => !code.Any(file => text.Split('…').All(part => file.Contains(part, StringComparison.Ordinal))));

        texts.Should().HaveCountGreaterThan(15);
        unknown.Should().BeEmpty("who looks for an error's text must find what the library says");
    }

    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex JoinedStrings();
}
