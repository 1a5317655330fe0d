using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Commands.Tests.Running;
using Outbox.Specifications;
using Outbox.Specifications.Servers;
using Outbox.Testing;

namespace Outbox.Commands.Tests.EndToEnd;

/// <summary>A message is stuck; it is found, understood and got moving with the command alone.</summary>
public sealed class StuckMessageTests
{
    [Fact]
    public async Task Paused_IsSeenAndResumed()
    {
        using var kafka = new EmbeddedKafka();
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings");
        await database.RunAsync("pause", "--as", "ann");
        await Eventually.BeTrueAsync(async () => (await database.RunAsync("status")).Output.Contains("Relays: 1"), "the relay runs");
        await service.EnqueueAsync(new Ping("a", ""));

        var doctor = await database.RunAsync("doctor", "--bootstrap", kafka.BootstrapServers);
        await database.RunAsync("resume");

        doctor.Output.Should().Contain("Everything is paused").And.Contain("'ann'").And.Contain("outbox resume").And.Contain("The broker answers");
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("a"), "it is handled");
    }

    [Fact]
    public async Task HandlerFails_IsDeferred_FoundAndRetried()
    {
        using var kafka = new EmbeddedKafka();
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings");
        service.Script.IsBroken = true;
        await service.EnqueueAsync(new Ping("a", ""));
        await Eventually.BeTrueAsync(async () => (await database.RunAsync("deferred", "ls")).ExitCode == OutboxExitCodes.Done, "it is deferred");

        var list = await database.RunAsync("deferred", "ls", "--consumer", PingService.Consumer, "--error", "InvalidOperation");
        var found = await database.RunAsync("find", "a");
        service.Script.IsBroken = false;
        var retry = await database.RunAsync("deferred", "retry", "--key", "a", "--yes", "--as", "ann");

        list.Output.Should().Contain("The bank does not answer.");
        found.Output.Should().Contain("deferred");
        retry.ExitCode.Should().Be(OutboxExitCodes.Done);
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("a"), "it is handled");
        (await database.RunAsync("audit")).Output.Should().ContainAll("ann", "deferred retry");
    }

    [Fact]
    public async Task BrokerDown_IsSeen_AndMessagesGoWhenItIsBack()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("pings", 1);
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings");
        kafka.SetBrokerDown();
        await service.EnqueueAsync(new Ping("a", ""));

        var status = await database.RunAsync("status", "--json");
        var found = await database.RunAsync("find", "a");
        var doctor = await database.RunAsync("doctor", "--bootstrap", kafka.BootstrapServers);
        kafka.SetBrokerUp();

        status.Json.GetProperty("waiting").GetProperty("count").GetProperty("value").GetInt64().Should().Be(1);
        found.Output.Should().Contain("waiting");
        doctor.ExitCode.Should().Be(OutboxExitCodes.Attention);
        doctor.Output.Should().Contain("broker does not answer");
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("a"), "it is handled", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task ForbiddenTopic_IsSeen_WhileOthersFlow()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("pings", 1);
        kafka.CreateTopic("pongs", 1);
        kafka.SetTopicError("pongs", ErrorCode.TopicAuthorizationFailed);
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings");
        await service.EnqueueRawAsync(new RawMessage("pongs", "b"u8.ToArray(), []));
        await service.EnqueueAsync(new Ping("a", ""));
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("a"), "the other topic flows");

        var found = await database.RunAsync("find", "b");
        var doctor = await database.RunAsync("doctor", "--bootstrap", kafka.BootstrapServers);
        kafka.SetTopicError("pongs", ErrorCode.NoError);

        found.Output.Should().ContainAll("waiting", "pongs");
        doctor.ExitCode.Should().Be(OutboxExitCodes.Attention);
        doctor.Output.Should().Contain("pongs");
        await Eventually.BeTrueAsync(async () => !(await database.RunAsync("find", "b")).Output.Contains("waiting"), "it goes when it may", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task GivenUp_IsListed_RedrivenOrDiscarded()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("pings", 1);
        kafka.CreateTopic($"pings.{PingService.Consumer}-pings.dlq", 1);
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings", deferredAttempts: 0);
        service.Script.IsBroken = true;
        await service.EnqueueAsync(new Ping("a", ""), new Ping("b", ""));
        string[] letters = ["--consumer", PingService.Consumer, "--topic", "pings", "--group", $"{PingService.Consumer}-pings", "--bootstrap", kafka.BootstrapServers];
        await Eventually.BeTrueAsync(
            async () => (await database.RunAsync(["dlq", "ls", "--json", .. letters])) is { ExitCode: OutboxExitCodes.Done } answer
                && answer.Json.GetProperty("letters").GetArrayLength() == 2,
            "both are dead letters",
            TimeSpan.FromMinutes(1));

        var list = await database.RunAsync(["dlq", "ls", .. letters]);
        var nothingSaid = await database.RunAsync(["dlq", "redrive", "--yes", .. letters]);
        var dryRun = await database.RunAsync(["dlq", "redrive", "--all", "--dry-run", .. letters]);
        var discarded = await database.RunAsync(["dlq", "discard", "--key", "b", "--yes", .. letters]);
        service.Script.IsBroken = false;
        var redriven = await database.RunAsync(["dlq", "redrive", "--all", "--yes", "--as", "ann", .. letters]);

        list.Output.Should().ContainAll("2 × System.InvalidOperationException", "The bank does not answer.");
        nothingSaid.ExitCode.Should().Be(OutboxExitCodes.Usage);
        dryRun.Output.Should().Contain("Would redrive 2");
        discarded.Output.Should().Contain("1 messages were discarded");
        redriven.Output.Should().Contain("1 are on their way");
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("a"), "it is handled", TimeSpan.FromMinutes(1));
        service.Script.Handled.Should().Equal("a");
        (await database.RunAsync("audit")).Output.Should().ContainAll("dlq redrive", "dlq discard", "ann");
    }

    [Fact]
    public async Task Failed_IsReplayed_AndNothingTwice()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("pings", 1);
        kafka.CreateTopic($"pings.{PingService.Consumer}-pings.dlq", 1);
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings", deferredAttempts: 0);
        await service.EnqueueAsync(new Ping("good", ""));
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("good"), "it is handled");
        service.Script.IsBroken = true;
        await service.EnqueueAsync(new Ping("bad", ""));
        string[] letters = ["dlq", "ls", "--consumer", PingService.Consumer, "--topic", "pings", "--group", $"{PingService.Consumer}-pings", "--bootstrap", kafka.BootstrapServers];
        await Eventually.BeTrueAsync(async () => (await database.RunAsync(letters)).ExitCode == OutboxExitCodes.Done, "it is given up", TimeSpan.FromMinutes(1));
        service.Script.IsBroken = false;

        // By time it would be natural, but the embedded Kafka keeps no times.
        string[] missing = ["replay", "start", "--consumer", PingService.Consumer, "--kind", "missing", "--from", "beginning"];

        var elsewhere = await database.RunAsync([.. missing, "--bootstrap", kafka.BootstrapServers]);
        var dryRun = await service.RunAsync([.. missing, "--dry-run"]);
        var start = await service.RunAsync([.. missing, "--yes", "--as", "ann"]);

        elsewhere.ExitCode.Should().Be(OutboxExitCodes.Failed, "only the consumer's options tell how long its marks are kept");
        dryRun.ExitCode.Should().Be(OutboxExitCodes.Done);
        dryRun.Output.Should().Contain("Nothing was done");
        start.ExitCode.Should().Be(OutboxExitCodes.Done);
        await Eventually.BeTrueAsync(
            async () => (await database.RunAsync("replay", "ls", "--json")).Json[0] is var replay && replay.GetProperty("state").GetString() == "completed"
                && replay.GetProperty("handled").GetInt64() == 1,
            "the replay is completed");
        service.Script.Handled.Should().Equal("good", "bad");
        (await database.RunAsync("audit")).Output.Should().ContainAll("replay start", "ann", "missing");
    }

    [Fact]
    public async Task Replay_AskedForFromOutside_IsListedAndCancelled()
    {
        using var kafka = new EmbeddedKafka();
        await using var database = await ToolDatabase.SqliteAsync();
        await using (var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings"))
        {
            await service.EnqueueAsync(new Ping("a", ""));
            await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("a"), "it is handled");
        }

        string[] again = ["replay", "start", "--consumer", PingService.Consumer, "--kind", "again", "--from", "beginning", "--bootstrap", kafka.BootstrapServers];
        var withoutTopic = await database.RunAsync([.. again, "--yes"]);
        var started = await database.RunAsync([.. again, "--topic", "pings", "--yes", "--json"]);
        var id = started.Json.GetProperty("id").GetString()!;
        var list = await database.RunAsync("replay", "ls", "--consumer", PingService.Consumer);
        var unconfirmed = await database.RunAsync("replay", "cancel", id);
        var cancelled = await database.RunAsync("replay", "cancel", id, "--yes");
        var again2 = await database.RunAsync("replay", "cancel", id, "--yes");

        withoutTopic.ExitCode.Should().Be(OutboxExitCodes.Failed);
        list.Output.Should().ContainAll(id, "running", "0 of 1");
        unconfirmed.ExitCode.Should().Be(OutboxExitCodes.NotConfirmed);
        cancelled.ExitCode.Should().Be(OutboxExitCodes.Done);
        again2.ExitCode.Should().Be(OutboxExitCodes.Attention);
        (await database.RunAsync("replay", "ls")).Output.Should().Contain("cancelled");
        (await database.RunAsync("replay", "start", "--consumer", "x", "--kind", "again", "--from", "yesterday")).ExitCode.Should().Be(OutboxExitCodes.Usage);
    }

    [Fact]
    public async Task InsideTheApplication_TheSameCommandRuns()
    {
        using var kafka = new EmbeddedKafka();
        await using var database = await ToolDatabase.SqliteAsync();
        await using var service = await PingService.StartAsync(database.Use, kafka.BootstrapServers, "pings");

        (await service.Host.RunOutboxCommandAsync(["pause", "pings", "--as", "ann"])).Should().Be(OutboxExitCodes.Done);
        (await service.Host.RunOutboxCommandAsync(["no-such-command"])).Should().Be(OutboxExitCodes.Usage);
        (await service.Host.RunOutboxCommandAsync(["status", "--context", "NoSuchContext"])).Should().Be(OutboxExitCodes.Failed);

        (await database.RunAsync("status")).Output.Should().Contain("Paused by ann");
    }

    [PostgreSqlAndKafkaFact]
    public async Task Poison_OnRealServers_IsParked_FoundAndReleased()
    {
        var servers = await KafkaServer.GetBootstrapServersAsync();
        var topic = KafkaServer.UniqueName("tool");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1, Configs = new() { ["max.message.bytes"] = "2000" } }]);
        await using var database = await ToolDatabase.PostgreSqlAsync();
        await using var service = await PingService.StartAsync(database.Use, servers, topic, outbox => outbox.UsePostgreSql());
        await service.EnqueueAsync(
            new Ping("big", string.Concat(Enumerable.Range(0, 2_000).Select(i => i.ToString("x8", CultureInfo.InvariantCulture)))), new Ping("big", ""), new Ping("small", ""));
        await Eventually.BeTrueAsync(async () => (await database.RunAsync("parked", "ls")).ExitCode == OutboxExitCodes.Done, "the key is parked", TimeSpan.FromMinutes(2));
        await Eventually.BeTrueAsync(() => service.Script.Handled.Contains("small"), "other keys go on", TimeSpan.FromMinutes(1));

        var found = await database.RunAsync("find", "big");
        var doctor = await database.RunAsync("doctor", "--bootstrap", servers);
        await admin.AlterConfigsAsync(new() { [new ConfigResource { Type = ResourceType.Topic, Name = topic }] = [new ConfigEntry { Name = "max.message.bytes", Value = "1000000" }] });
        var release = await database.RunAsync("parked", "release", "--key", "big", "--topic", topic, "--yes");

        found.Output.Should().ContainAll("parked", "The key is held back", topic);
        doctor.Output.Should().ContainAll("keys are held back", "outbox parked release", "min.insync.replicas", "All", "indexes are there", "Autovacuum");
        release.ExitCode.Should().Be(OutboxExitCodes.Done);
        await Eventually.BeTrueAsync(() => service.Script.Handled.Count(name => name == "big") == 2, "both are handled", TimeSpan.FromMinutes(2));
    }
}
