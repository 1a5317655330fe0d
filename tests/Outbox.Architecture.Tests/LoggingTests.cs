using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Outbox.Architecture.Tests;

public sealed class LoggingTests
{
    [Fact]
    public void EventIds_AreUniqueAndOfTheirRoomsBlock()
    {
        var events = RoomTests.Assemblies.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(method => (Room: method.DeclaringType!.Namespace!, method.Name, Log: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(entry => entry.Log is not null)
            .ToList();

        events.Should().NotBeEmpty();
        events.Select(entry => entry.Log!.EventId).Should().OnlyHaveUniqueItems().And.NotContain(0, "every event has an explicit id");
        events.GroupBy(entry => entry.Log!.EventId / 1000).Should().AllSatisfy(
            block => block.Select(entry => string.Join('.', entry.Room.Split('.').Take(2))).Distinct().Should().ContainSingle("a block of a thousand is one room's"));
    }
}
