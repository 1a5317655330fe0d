using Outbox.CrashPoints;
using Outbox.EndToEnd.Tests.Rebalancing;
using Outbox.GroupMember;

namespace Outbox.EndToEnd.Tests.Crashing;

/// <summary>
/// A consumer's process is killed between the steps of its work, again and again, and the next one goes on, on a real Kafka and
/// PostgreSQL. Each time: effects happen once, in the order of their key, and no offset passes what is not durable.
/// </summary>
[Collection(RebalanceGroup.Name)]
public sealed class CrashTests(RebalanceKafka kafka)
{
    [RebalanceTheory]
    [InlineData(MemberLevel.Own)]
    [InlineData(MemberLevel.Shared)]
    [InlineData(MemberLevel.Batch)]
    public async Task Member_KilledAtAStep_EffectsHappenOnce(MemberLevel level)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, "Classic", isStatic: true);
        await KillAsync(
            walk.Orders("a") with { Level = level },
            [
                nameof(CrashPoint.InboxMarked), // before the handler
                nameof(CrashPoint.EffectSaved), // after it
                nameof(CrashPoint.EffectCommitted), // after the commit
                nameof(CrashPoint.OffsetDue), // before the offset
                nameof(CrashPoint.OffsetCommitted),
            ]);

        using var last = await MemberProcess.StartAsync(walk.Orders("a") with { Level = level });
        await walk.CheckAsync();
    }

    [RebalanceTheory]
    [InlineData("Classic")]
    [InlineData("Consumer")]
    public async Task Member_KilledWhileItGivesPartitionsAway_EffectsHappenOnce(string protocol)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, protocol, isStatic: false);
        using var b = await MemberProcess.StartAsync(walk.Orders("b") with { CrashAt = nameof(CrashPoint.PartitionsRevoked) });
        await walk.HandlesAsync("b");

        await walk.JoinAsync("a");
        await b.DiesAsync();
        await walk.TakesOverAsync("a", from: "b");

        await walk.CheckAsync();
    }

    private static async Task KillAsync(MemberOrders orders, string[] points)
    {
        for (var i = 0; i < points.Length; i++)
        {
            // At once, when what waits for the consumer makes large chunks, and later.
            using var member = await MemberProcess.StartAsync(orders with { CrashAt = points[i], CrashPass = 1 + (i % 3 * 2) });
            await member.DiesAsync();
        }
    }
}
