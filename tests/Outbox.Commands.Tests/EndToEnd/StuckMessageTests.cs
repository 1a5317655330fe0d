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
