using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Relay;

/// <summary>Messages that are sent later.</summary>
public abstract partial class RelaySpecification
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [SpecificationFact]
    public async Task Scheduled_DueWhenTheRelayStarts_AreSentInTheOrderOfTheirDueTimes()
    {
        var past = DateTimeOffset.UtcNow - Hour;
        await ScheduleAsync(("a", "2", past.AddSeconds(2)), ("a", "1", past.AddSeconds(1)), ("a", "3", past.AddSeconds(3)), ("a", "never", past + (9 * Hour)));
        await ScheduleAsync(("a", "4", past.AddSeconds(3)));

        await Relay.StartAsync();

        await Eventually.BeTrueAsync(() => Broker.Log.Count == 4, "what is due is sent");
        await QuietAsync();
        Broker.Payloads.Should().Equal("1", "2", "3", "4");
        (await CountScheduledAsync()).Should().Be(1);
    }

    [SpecificationFact]
    public async Task Scheduled_SoonDue_IsSentThenAndNotBefore()
    {
        await Relay.StartAsync();
        var due = DateTimeOffset.UtcNow.AddMilliseconds(300);
        await ScheduleAsync(("a", "1", due));

        await Eventually.BeTrueAsync(() => Broker.Log.Count == 1, "it is due", TimeSpan.FromSeconds(10));

        DateTimeOffset.UtcNow.Should().BeAfter(due);
    }

    [SpecificationFact]
    public async Task Scheduled_SaveThatIsRolledBack_IsNeverSent()
    {
        await Relay.UseAsync(async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.EnqueueAt(new RawMessage("orders", "a"u8.ToArray(), "lost"u8.ToArray()), DateTimeOffset.UtcNow - Hour);
            await context.SaveChangesAsync();
            await transaction.RollbackAsync();
            return 0;
        });
        await ScheduleAsync(("a", "1", DateTimeOffset.UtcNow - Hour));

        await Relay.StartAsync();

        await Eventually.BeTrueAsync(() => Broker.Log.Count > 0, "the other one is sent");
        Broker.Payloads.Should().Equal("1");
    }

    [SpecificationFact]
    public async Task Scheduled_RelayStartsAgain_SendsWhatBecameDueMeanwhile()
    {
        await Relay.StartAsync();
        await ScheduleAsync(("a", "1", DateTimeOffset.UtcNow - Hour), ("a", "cancelled", DateTimeOffset.UtcNow + Hour));
        await Eventually.BeTrueAsync(() => Broker.Log.Count == 1, "the relay looks after scheduled messages");
        await Relay.StopAsync();
        await ScheduleAsync(("a", "2", DateTimeOffset.UtcNow.AddMilliseconds(100)));
        var cancelled = await Relay.UseAsync(async context =>
        {
            var row = await context.Set<OutboxScheduledRecord>().OrderByDescending(row => row.DueAt).FirstAsync();
            return await context.CancelScheduledAsync(row.MessageId);
        });

        await using var again = NewRelay();
        await again.StartAsync();

        await Eventually.BeTrueAsync(() => Broker.Log.Count == 2, "the rest is sent");
        cancelled.Should().BeTrue();
        Broker.Payloads.Should().Equal("1", "2");
        (await CountScheduledAsync()).Should().Be(0);
    }

    [SpecificationFact]
    public async Task Scheduled_TwoRelays_SendEachOnce()
    {
        await using var other = NewRelay();
        await Relay.StartAsync();
        await other.StartAsync();
        var past = DateTimeOffset.UtcNow - Hour;
        await ScheduleAsync([.. Enumerable.Range(0, 200).Select(i => ($"{i % 20}", $"{i:000}", past.AddSeconds(i)))]);

        await Eventually.BeTrueAsync(async () => await CountScheduledAsync() == 0, "all are moved");
        await QuietAsync();

        Broker.Payloads.Should().HaveCount(200).And.OnlyHaveUniqueItems();
        Broker.Log.GroupBy(message => message.Key).Should().AllSatisfy(key => key.Select(message => message.Payload).Should().BeInAscendingOrder());
    }

    private Task<int> CountScheduledAsync() => Relay.UseAsync(context => context.Set<OutboxScheduledRecord>().CountAsync());

    private Task<int> ScheduleAsync(params (string Key, string Payload, DateTimeOffset DueAt)[] messages) => Relay.UseAsync(async context =>
    {
        foreach (var (key, payload, dueAt) in messages)
        {
            context.EnqueueAt(new RawMessage("orders", Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(payload)), dueAt);
        }

        return await context.SaveChangesAsync();
    });
}
