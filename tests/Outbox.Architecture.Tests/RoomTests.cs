using System.Reflection;

namespace Outbox.Architecture.Tests;

/// <summary>Data flows one way through the rooms. ARCHITECTURE.md holds the same table in words.</summary>
public sealed class RoomTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["CrashPoints"] = [],
        ["Messages"] = [],
        ["Signals"] = [],
        ["Transport"] = [],
        ["Filters"] = ["Transport"],
        ["Mapping"] = ["Messages", "Transport"],
        ["Storage"] = ["CrashPoints", "Messages"],
        ["Diagnostics"] = ["Operations", "Registration", "Storage", "Transport"],
        ["Operations"] = ["Messages", "Registration", "Storage", "Transport"],
        ["Capture"] = ["CrashPoints", "Diagnostics", "Filters", "Mapping", "Messages", "Registration", "Signals", "Storage"],
        ["Relay"] = ["CrashPoints", "Filters", "Mapping", "Diagnostics", "Messages", "Registration", "Signals", "Storage", "Transport"],
        ["Inbox"] = ["CrashPoints", "Mapping", "Storage", "Transport"],
        ["DeadLetters"] = ["CrashPoints", "Capture", "Inbox", "Messages", "Storage", "Transport"],
        ["Handling"] = ["CrashPoints", "Diagnostics", "Filters", "Mapping", "DeadLetters", "Inbox", "Messages", "Storage", "Transport"],
        ["Deferral"] = ["CrashPoints", "DeadLetters", "Handling", "Inbox", "Messages", "Signals", "Storage", "Transport"],
        ["Redrive"] = ["Capture", "DeadLetters", "Deferral", "Inbox", "Messages", "Registration", "Storage", "Transport"],
        ["Replay"] = ["Handling", "Inbox", "Messages", "Storage", "Transport"],
        ["Consumers"] = ["CrashPoints", "Diagnostics", "Filters", "Mapping", "DeadLetters", "Deferral", "Handling", "Inbox", "Messages", "Registration", "Replay", "Storage", "Transport"],
        ["Health"] = ["Consumers", "Diagnostics", "Operations", "Registration", "Relay", "Transport"],
        ["Registration"] = ["Mapping", "Messages"],
    };

    public static TheoryData<string> Rooms => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_UsesOnlyRoomsThatItMay(string room)
    {
        var types = typeof(OutboxBuilder).Assembly.GetTypes().Where(type => RoomOf(type) == room).ToList();

        var forbidden = types.SelectMany(type => TypeUses.Of(type).Select(used => (type, used)))
            .Where(use => RoomOf(use.used) is { } other && other != room && !MayUse[room].Contains(other))
            .Select(use => $"{use.type.Name} uses {use.used.FullName}")
            .Distinct();

        types.Should().NotBeEmpty();
        forbidden.Should().BeEmpty("arrows between rooms go one way; see ARCHITECTURE.md");
    }

    [Fact]
    public void Room_EveryNamespace_IsARoomOfTheTable()
    {
        var rooms = typeof(OutboxBuilder).Assembly.GetTypes().Select(RoomOf).OfType<string>().Distinct();

        rooms.Should().BeSubsetOf(MayUse.Keys);
    }

    [Theory]
    [InlineData(typeof(OutboxBuilder), "Outbox", new string[0])]
    [InlineData(typeof(KafkaOptions), "Outbox.Kafka", new[] { "Outbox" })]
    [InlineData(typeof(PostgreSqlOutboxOptions), "Outbox.PostgreSql", new[] { "Outbox" })]
    [InlineData(typeof(Testing.EmbeddedKafka), "Outbox.Testing", new[] { "Outbox", "Outbox.Kafka" })]
    [InlineData(typeof(Commands.OutboxExitCodes), "Outbox.Commands", new[] { "Outbox" })]
    [InlineData(typeof(OutboxDashboardOptions), "Outbox.Dashboard", new[] { "Outbox" })]
    public void Package_UsesOnlyPackagesThatItMay(Type inside, string name, string[] mayUse)
    {
        var references = inside.Assembly.GetReferencedAssemblies().Select(reference => reference.Name!).ToList();

        inside.Assembly.GetName().Name.Should().Be(name);
        references.Where(reference => reference.StartsWith("Outbox", StringComparison.Ordinal)).Should().BeSubsetOf(mayUse);
        if (name == "Outbox")
        {
            references.Should().NotContain(["Confluent.Kafka", "Npgsql", "Microsoft.Data.Sqlite"], "the core knows no broker and no dialect");
        }
    }

    [Theory]
    [InlineData("Access", new string[0])]
    [InlineData("Writing", new string[0])]
    [InlineData("Showing", new[] { "Writing" })]
    [InlineData("Acting", new[] { "Showing", "Writing" })]
    public void DashboardRoom_UsesOnlyRoomsThatItMay(string room, string[] mayUse)
    {
        var types = typeof(OutboxDashboardOptions).Assembly.GetTypes().Where(type => type.Namespace == $"Outbox.Dashboard.{room}").ToList();

        types.Should().NotBeEmpty();
        types.SelectMany(TypeUses.Of).Select(used => used.Namespace ?? "")
            .Where(space => space.StartsWith("Outbox.Dashboard.", StringComparison.Ordinal)).Select(space => space["Outbox.Dashboard.".Length..])
            .Distinct().Should().BeSubsetOf([room, .. mayUse], "the pages know nothing of who may see them, nor of routes");
    }

    [Fact]
    public void Types_Names_HideNothing()
    {
        var names = Assemblies.SelectMany(assembly => assembly.GetTypes()).ToList();

        names.Select(type => type.Name).Should().NotContain(["Outbox", "Inbox", "Relay", "Transport", "Kafka"]);
        names.Select(type => type.Namespace ?? "").Should().NotContain(space => space.Split('.').Contains("Confluent"));
    }

    internal static IEnumerable<Assembly> Assemblies =>
    [
        typeof(OutboxBuilder).Assembly,
        typeof(KafkaOptions).Assembly,
        typeof(PostgreSqlOutboxOptions).Assembly,
        typeof(Testing.EmbeddedKafka).Assembly,
        typeof(Commands.OutboxExitCodes).Assembly,
        typeof(OutboxDashboardOptions).Assembly,
    ];

    private static string? RoomOf(Type type) =>
        type.Assembly == typeof(OutboxBuilder).Assembly && type.Namespace?.Split('.') is ["Outbox", var room, ..] ? room : null;
}
