using Outbox.Commands.Tests.Running;

namespace Outbox.Commands.Tests.Acting;

public sealed class ActingTests
{
    [Fact]
    public async Task Parked_ReleaseOneById_AsksTheRelay_AndIsWrittenDown()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddParkedAsync("payments", "a", "too large", 2);
        await database.AddParkedAsync("payments", "b", "too large", 1);

        var answer = await database.RunAsync("parked", "release", "1", "--yes", "--as", "ann");

        answer.ExitCode.Should().Be(OutboxExitCodes.Done);
        answer.Output.Should().Contain("Asked to release 1 entries");
        (await database.RequestsAsync()).Should().Equal("release", null);
        (await database.RunAsync("audit")).Output.Should().ContainAll("ann", "parked release");
    }

    [Fact]
    public async Task Parked_DiscardByFilter_TakesOnlyWhatFits()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddParkedAsync("payments", "a", "too large", 2);
        await database.AddParkedAsync("orders", "a", "invalid", 1);

        var json = (await database.RunAsync("parked", "discard", "--topic", "orders", "--error", "inval", "--yes", "--json")).Json;

        json.GetProperty("requested").GetInt32().Should().Be(1);
        (await database.RequestsAsync()).Should().Equal(null, "discard");
    }

    [Fact]
    public async Task Parked_DryRun_DoesNothing()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddParkedAsync("payments", "a", "too large", 2);

        var answer = await database.RunAsync("parked", "discard", "--all", "--dry-run");

        answer.ExitCode.Should().Be(OutboxExitCodes.Done);
        answer.Output.Should().Contain("Would discard 2 messages of 1 entries");
        (await database.RequestsAsync()).Should().Equal([null]);
        (await database.RunAsync("audit", "--json")).Json.GetProperty("items").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Parked_NothingSaid_IsUsage_AndNothingThere_NeedsAttention()
    {
        await using var database = await ToolDatabase.SqliteAsync();

        (await database.RunAsync("parked", "release", "--yes")).Should().Match<CommandAnswer>(
            answer => answer.ExitCode == OutboxExitCodes.Usage && answer.Error.Contains("--all"));
        (await database.RunAsync("parked", "release", "99", "--yes")).ExitCode.Should().Be(OutboxExitCodes.Attention);
        (await database.RunAsync("parked", "ls")).ExitCode.Should().Be(OutboxExitCodes.Attention);
    }

    [Fact]
    public async Task Parked_Discard_IsConfirmed()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddParkedAsync("payments", "a", "too large", 2);
        var no = new FakeAsker(false);
        var yes = new FakeAsker(true);

        (await database.RunAsync("parked", "discard", "1")).Should().Match<CommandAnswer>(
            answer => answer.ExitCode == OutboxExitCodes.NotConfirmed && answer.Error.Contains("--yes"), "nobody can be asked");
        (await database.RunAsync(no, "parked", "discard", "1")).ExitCode.Should().Be(OutboxExitCodes.NotConfirmed);
        (await database.RequestsAsync()).Should().Equal([null]);
        (await database.RunAsync(yes, "parked", "discard", "1")).ExitCode.Should().Be(OutboxExitCodes.Done);

        no.Questions.Should().ContainSingle().Which.Should().Be("DELETE 2 messages of 1 entries?");
        (await database.RequestsAsync()).Should().Equal("discard");
    }

    [Fact]
    public async Task PauseResumeDrain_AreSeenInStatus()
    {
        await using var database = await ToolDatabase.SqliteAsync();

        (await database.RunAsync("pause", "orders", "--as", "ann")).Output.Should().Contain("Paused topic orders");
        (await database.RunAsync("status")).Output.Should().Contain("Paused by ann").And.Contain("topic orders");
        (await database.RunAsync("resume", "orders")).ExitCode.Should().Be(OutboxExitCodes.Done);
        (await database.RunAsync("drain", "--json")).Json.GetProperty("isDone").GetBoolean().Should().BeFalse();
        (await database.RunAsync("status")).Output.Should().Contain("Draining").And.NotContain("topic orders");
        (await database.RunAsync("drain", "--wait", "1s")).ExitCode.Should().Be(OutboxExitCodes.Failed, "no relay runs that would end it");
        (await database.RunAsync("pause", "not legal")).ExitCode.Should().Be(OutboxExitCodes.Failed);
    }
}
