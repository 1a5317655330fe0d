using Outbox.Commands.Running;

namespace Outbox.Commands.Tests.Running;

public sealed class CommandLineTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData("unknown")]
    [InlineData("status", "--no-such-option")]
    [InlineData("find")]
    [InlineData("messages", "--place", "nowhere")]
    [InlineData("messages", "--older-than", "10")]
    [InlineData("parked", "release", "seventeen")]
    public async Task RunAsync_NotUnderstood_IsUsage(params string[] args)
    {
        var answer = await ToolRun.RunAsync(Nothing, args);

        answer.ExitCode.Should().Be(OutboxExitCodes.Usage);
        answer.Error.Should().Contain("--help");
        answer.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("--provider", "oracle", "--connection", "x", "status")]
    [InlineData("--connection", "x", "status")]
    [InlineData("--provider", "sqlite", "status")]
    [InlineData("--provider", "sqlite", "--connection", "Data Source=:memory:", "--bootstrap", "x", "--kafka", "novalue", "status")]
    public async Task RunAsync_NotEnoughSaid_NamesWhatIsMissing(params string[] args)
    {
        var answer = await ToolRun.RunAsync(Nothing, args);

        answer.ExitCode.Should().Be(OutboxExitCodes.Usage);
        answer.Error.Should().Contain("--");
    }

    [Fact]
    public async Task RunAsync_TablesMissing_FailsInOneLineThatNamesTheFix()
    {
        await using var database = await ToolDatabase.SqliteAsync(withTables: false);

        var answer = await database.RunAsync("status");

        answer.ExitCode.Should().Be(OutboxExitCodes.Failed);
        answer.Error.TrimEnd().Should().NotContain("\n").And.Contain("migration");
    }

    [Fact]
    public async Task RunAsync_DatabaseAway_FailsWithoutTheConnectionString()
    {
        var environment = new Dictionary<string, string>
        {
            ["OUTBOX_PROVIDER"] = "postgresql",
            ["OUTBOX_CONNECTION"] = "Host=127.0.0.1;Port=1;Username=u;Password=geheim;Timeout=2",
        };

        var answer = await ToolRun.RunAsync(environment, ["status"]);

        answer.ExitCode.Should().Be(OutboxExitCodes.Failed);
        answer.Error.Should().NotContain("geheim");
    }

    [Fact]
    public async Task RunAsync_Help_NamesEveryCommandAndTheExitCodes()
    {
        var answer = await ToolRun.RunAsync(Nothing, ["--help"]);

        answer.ExitCode.Should().Be(OutboxExitCodes.Done);
        answer.Output.Should().ContainAll("status", "find", "messages", "parked", "pause", "resume", "drain", "schema", "doctor", "audit", "Exit codes");
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    public void Durations_AsPeopleWriteThem_AreUnderstood(string text, double seconds)
    {
        Durations.TryParse(text, out var duration).Should().BeTrue();
        duration.TotalSeconds.Should().BeApproximately(seconds, 0.001);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("5w")]
    [InlineData("99999999d")]
    public void Durations_Nonsense_IsRefused(string text) => Durations.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData(0.25, "250ms")]
    [InlineData(4.5, "4.5s")]
    [InlineData(600, "10m")]
    [InlineData(90_000, "1d")]
    public void Durations_Format_IsShort(double seconds, string text) => Durations.Format(TimeSpan.FromSeconds(seconds)).Should().Be(text);
}
