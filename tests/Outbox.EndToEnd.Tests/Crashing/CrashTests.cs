using Outbox.CrashPoints;
using Outbox.EndToEnd.Tests.Rebalancing;
using Outbox.GroupMember;
using Outbox.Storage;

namespace Outbox.EndToEnd.Tests.Crashing;

/// <summary>
/// A consumer's process is killed between the steps of its work, again and again, and the next one goes on, on a real Kafka and
/// PostgreSQL. Each time: effects happen once, in the order of their key, no offset passes what is not durable, and
/// dead letters are what was received.
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
    [InlineData(MemberLevel.Own)]
    [InlineData(MemberLevel.Shared)]
    [InlineData(MemberLevel.Batch)]
    public async Task Member_KilledWhileItSettlesWhatFails_EffectsHappenOnceAndDeadLettersAreWhole(MemberLevel level)
    {
        await using var walk = await Walk.StartAsync(kafka.BootstrapServers, "Classic", isStatic: true, isFaulty: true);
        var orders = walk.Orders("a") with { Level = level, Relays = true };
        await KillAsync(
            orders,
            [
                nameof(CrashPoint.DeferralSaved),
                nameof(CrashPoint.DeferralTaken),
                nameof(CrashPoint.DeferralPostponed),
                nameof(CrashPoint.DeadLetterSaved),
                nameof(CrashPoint.DeadLetterCommitted),
            ]);

        using var last = await MemberProcess.StartAsync(orders);
        var sent = await walk.CheckAsync();

        var poison = sent.Where(step => step.Fault == StepTaken.Poison).ToDictionary(step => step.Id, step => (step.Key, step.Payload));
        var letters = await walk.DeadLettersAsync(poison.Count);
        letters.Should().BeEquivalentTo(poison, "each has one, with the bytes that were received");
        (await walk.CountMarksAsync(InboxOutcome.DeadLettered)).Should().Be(poison.Count);
        (await walk.CountMarksAsync(InboxOutcome.Handled)).Should().Be(sent.Count - poison.Count);
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
