using Microsoft.Extensions.DependencyInjection;
using Outbox.GroupMember;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>
/// Members of a group come and go on a real Kafka and PostgreSQL, in every way that they can. Each time: nothing is lost, effects
/// happen once, each key keeps its order, and no offset passes work that is not done.
/// </summary>
[Collection(RebalanceGroup.Name)]
public sealed class RebalanceTests(RebalanceKafka kafka)
{
    public static TheoryData<string, bool> Groups => new()
    {
        { "Classic", false },
        { "Classic", true },
        { "Consumer", false },
        { "Consumer", true },
    };

    [RebalanceTheory]
    [MemberData(nameof(Groups))]
    public async Task Members_JoinAndLeave_HandEverythingOver(string protocol, bool isStatic)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, protocol, isStatic);
        await walk.JoinAsync("a");
        await walk.HandlesAsync("a");
        var b = await walk.JoinAsync("b");
        await walk.HandlesAsync("b");
        await walk.JoinAsync("c");
        await walk.HandlesAsync("c");
        await b.StopAsync();
        await walk.HandlesAsync("a");

        await walk.CheckAsync();
    }

    [RebalanceTheory]
    [MemberData(nameof(Groups))]
    public async Task Member_Killed_IsReplacedAfterItsSession(string protocol, bool isStatic)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, protocol, isStatic);
        using var b = await walk.JoinAsProcessAsync("b");
        await walk.HandlesAsync("b");
        await walk.JoinAsync("a");
        await walk.HandlesAsync("a");
        await walk.HandlesAsync("b");

        b.Kill();
        await walk.TakesOverAsync("a", from: "b");

        await walk.CheckAsync();
    }

    [RebalanceTheory]
    [MemberData(nameof(Groups))]
    public async Task Member_SuspendedBeyondItsSession_DoesNoHarmWhenItWakes(string protocol, bool isStatic)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, protocol, isStatic);
        using var b = await walk.JoinAsProcessAsync("b");
        await walk.HandlesAsync("b");
        await walk.JoinAsync("a");
        await walk.HandlesAsync("a");
        await walk.HandlesAsync("b");

        b.Suspend();
        await walk.TakesOverAsync("a", from: "b");
        b.Continue();
        await walk.HandlesAsync("b");

        await walk.CheckAsync();
    }

    [RebalanceTheory]
    [InlineData("Classic")]
    [InlineData("Consumer")]
    public async Task Member_DoesNotPollForLongerThanItMay_LosesItsPartitionsAndComesBack(string protocol)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, protocol, isStatic: false);
        var a = await walk.JoinAsync("a", stopSeconds: 6);
        await walk.HandlesAsync("a");
        a.Services.GetRequiredService<HandlerGate>().Close();

        // Partitions are taken away while handlers hang, and the receiving thread waits for them longer than max.poll.interval.ms.
        await walk.JoinAsync("b");
        await walk.HandlesAsync("b");
        a.Services.GetRequiredService<HandlerGate>().Open();

        await walk.CheckAsync();
    }

    [RebalanceTheory]
    [InlineData("Classic")]
    [InlineData("Consumer")]
    public async Task StaticMember_KilledAndBackWithinItsSession_GoesOn(string protocol)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, protocol, isStatic: true);
        using var b = await walk.JoinAsProcessAsync("b");
        await walk.HandlesAsync("b");
        await walk.JoinAsync("a");
        await walk.HandlesAsync("a");

        b.Kill();
        using var again = await walk.JoinAsProcessAsync("b");
        await walk.HandlesAsync("b");

        await walk.CheckAsync();
    }
}
