using Microsoft.EntityFrameworkCore;
using Outbox.Commands.Tests.Running;

namespace Outbox.Commands.Tests.Asking;

public sealed class AskingTests
{
    [Fact]
    public async Task Status_ForPeople_ShowsWhatWaits()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddWaitingAsync("orders", "a");
        await database.AddParkedAsync("payments", "stuck", "too large", 2);

        var answer = await database.RunAsync("status");

        answer.ExitCode.Should().Be(OutboxExitCodes.Done);
        answer.Output.Should().ContainAll("waiting", "orders", "payments", "Keys held back: 1", "Relays: 0");
        answer.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task Status_AsJson_IsTheOverview()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddWaitingAsync("orders", "a");

        var json = (await database.RunAsync("status", "--json")).Json;

        json.GetProperty("waiting").GetProperty("count").GetProperty("value").GetInt64().Should().Be(1);
        json.GetProperty("waiting").GetProperty("place").GetString().Should().Be("waiting");
        json.GetProperty("waiting").GetProperty("topics")[0].GetProperty("topic").GetString().Should().Be("orders");
        json.GetProperty("relays").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Messages_WithFilters_ListsThemWithoutTheirPayload()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        var id = await database.AddWaitingAsync("orders", "a");
        await database.AddWaitingAsync("payments", "b");

        var answer = await database.RunAsync("messages", "--topic", "orders", "--key", "a", "--type", "order-placed");
        var none = await database.RunAsync("messages", "--older-than", "1h");

        answer.ExitCode.Should().Be(OutboxExitCodes.Done);
        answer.Output.Should().Contain(id.ToString()).And.NotContain("payments").And.NotContain("secret");
        none.ExitCode.Should().Be(OutboxExitCodes.Attention, "scripts see that there is nothing");
    }

    [Fact]
    public async Task Messages_Limit_SaysHowToGoOn()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        for (var i = 0; i < 3; i++)
        {
            await database.AddWaitingAsync("orders", $"k{i}");
        }

        var page = (await database.RunAsync("messages", "--limit", "2", "--json")).Json;
        var rest = (await database.RunAsync("messages", "--json", "--after", ToolDatabase.Text(page.GetProperty("next").GetInt64()))).Json;

        page.GetProperty("items").GetArrayLength().Should().Be(2);
        rest.GetProperty("items").GetArrayLength().Should().Be(1);
        (await database.RunAsync("messages", "--limit", "2")).Output.Should().Contain("--after");
        (await database.RunAsync("messages", "--limit", "0")).ExitCode.Should().Be(OutboxExitCodes.Usage);
    }

    [Fact]
    public async Task Find_IdKeyOrNothing_SaysWhere()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        var id = await database.AddWaitingAsync("orders", "customer-7");
        await database.AddParkedAsync("payments", "customer-7", "too large", 1);

        (await database.RunAsync("find", id.ToString())).Output.Should().Contain("waiting").And.Contain("orders");
        (await database.RunAsync("find", "customer-7")).Output.Should().ContainAll("waiting", "parked", "held back", "too large");
        var nothing = await database.RunAsync("find", "nobody");
        nothing.ExitCode.Should().Be(OutboxExitCodes.Attention);
        nothing.Output.Should().Contain("Not in this database");
        (await database.RunAsync("find", "customer-7", "--json")).Json.GetProperty("messages").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task Schema_MakesTheTables_OfADatabaseWithoutMigrations()
    {
        await using var database = await ToolDatabase.SqliteAsync(withTables: false);

        var script = await ToolRun.RunAsync(new Dictionary<string, string>(), ["schema", "--provider", "sqlite", "--tables-prefix", "x_"]);
        var own = await database.RunAsync("schema");

        script.ExitCode.Should().Be(OutboxExitCodes.Done);
        script.Output.Should().Contain("\"x_outbox_message\"").And.Contain("\"x_inbox_message\"");
        await using (var context = database.NewContext())
        {
            await context.Database.ExecuteSqlRawAsync(own.Output);
        }

        (await database.RunAsync("status")).ExitCode.Should().Be(OutboxExitCodes.Done);
        (await database.RunAsync("doctor")).Output.Should().Contain("tables are there");
        var postgreSql = await ToolRun.RunAsync(new Dictionary<string, string>(), ["schema", "--provider", "postgresql", "--tables-schema", "msg"]);
        postgreSql.Output.Should().ContainAll("CREATE SCHEMA msg", "CREATE TABLE msg.outbox_message", "autovacuum_vacuum_scale_factor");
    }

    [Fact]
    public async Task Find_ArchivedMessage_TellsWhereItWasSent()
    {
        await using var database = await ToolDatabase.SqliteAsync(withTables: false);
        var script = await database.RunAsync("schema", "--tables-archive");
        var id = Guid.CreateVersion7();
        await using (var context = database.NewContext())
        {
            await context.Database.ExecuteSqlRawAsync(script.Output);
            await context.Database.ExecuteSqlAsync(
                $"INSERT INTO outbox_archive (key_hash, message_id, topic, headers, created_at, partition, topic_offset) VALUES (1, {id}, 'orders', '[]', {DateTime.UtcNow}, 2, 17)");
        }

        (await database.RunAsync("find", id.ToString(), "--tables-archive")).Output.Should().ContainAll("archived", "orders", "2@17");
        (await database.RunAsync("messages", "--place", "archived", "--tables-archive")).Output.Should().Contain("2@17");
        var without = await database.RunAsync("messages", "--place", "archived");
        (without.Output + without.Error).Should().Contain("AddOutbox(tables => tables.Archive = true)");
    }

    [Fact]
    public async Task Doctor_FindsWhatIsWrong_AndSaysWhatToDo()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddParkedAsync("payments", "stuck", "too large", 2);

        var answer = await database.RunAsync("doctor");
        var json = (await database.RunAsync("doctor", "--json")).Json;

        answer.ExitCode.Should().Be(OutboxExitCodes.Attention);
        answer.Output.Should().ContainAll("No relay has ever run", "AddRelay()", "outbox parked ls");
        json.EnumerateArray().Select(finding => finding.GetProperty("severity").GetString()).Should().Contain(["good", "problem", "warning"]);
    }

    [Fact]
    public async Task AnyCommand_HostileNames_CannotSteerTheTerminal()
    {
        await using var database = await ToolDatabase.SqliteAsync();
        await database.AddParkedAsync("payments", "k[red]\u001b[2J", "x\u001b]0;owned\u0007 [bold]", 1);

        var output = (await database.RunAsync("parked", "ls")).Output + (await database.RunAsync("find", "k[red]\u001b[2J")).Output;

        output.Should().NotContain("\u001b[2J").And.NotContain("\u0007").And.Contain("[bold]", "it is text and no markup");
    }
}
