using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public async Task Handle_Messages_EachHasItsEffectItsMarkAndItsOffset()
    {
        await using var app = await StartAsync();
        var sent = Enumerable.Range(0, 30).Select(i => ConsumerApplication.Send(Broker, $"note {i}", $"key {i % 7}")).ToList();

        await app.SettledAsync(30);

        (await app.EffectsAsync()).Should().BeEquivalentTo(Enumerable.Range(0, 30).Select(i => $"note {i}"));
        (await app.MarksAsync()).Should().HaveCount(30).And.OnlyContain(
            mark => mark.Consumer == ConsumerApplication.Consumer && mark.Outcome == InboxOutcome.Handled);
        foreach (var partition in sent.GroupBy(message => message.Source.Partition))
        {
            await ConsumerApplication.EventuallyAsync(
                () => Broker.GetCommittedOffset(ConsumerApplication.Group, ConsumerApplication.Topic, partition.Key) == partition.Count(),
                "the offsets committed");
        }
    }

    [SpecificationFact]
    public async Task Handle_ContextOfTheMessage_TellsWhereItCameFrom()
    {
        await using var app = await StartAsync();
        var id = Guid.NewGuid();
        var sent = ConsumerApplication.Send(Broker, "hello", "key", id);

        await app.SettledAsync(1);

        app.Script.Calls.Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            ConsumerApplication.Consumer,
            MessageId = id,
            MessageName = "note",
            sent.Source.Topic,
            sent.Source.Partition,
            sent.Offset,
            sent.Timestamp,
            sent.Key,
            Attempt = 1,
        });
    }

    [SpecificationFact]
    public async Task Handle_CopyWithTheSameId_IsSkipped()
    {
        await using var app = await StartAsync();
        var id = Guid.NewGuid();
        ConsumerApplication.Send(Broker, "first", "key", id);
        ConsumerApplication.Send(Broker, "copy", "key", id);

        await app.SettledAsync(2);

        (await app.EffectsAsync()).Should().Equal("first");
        app.Events.Duplicates.Should().Be(1);
    }

    [SpecificationFact]
    public async Task Handle_NoKey_IsHandled()
    {
        await using var app = await StartAsync();
        ConsumerApplication.Send(Broker, "keyless");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("keyless");
        app.Script.Calls.Single().Key.Should().BeNull();
    }

    [SpecificationFact]
    public async Task Handle_FailsTwice_LeavesOneEffectAndUsesAContextEachTime()
    {
        await using var app = await StartAsync();
        app.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            if (context.Attempt < 3)
            {
                throw new InvalidOperationException("not yet");
            }
        };
        ConsumerApplication.Send(Broker, "third time", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("third time");
        app.Script.Calls.Select(call => call.Attempt).Should().Equal(1, 2, 3);
        app.Script.Contexts.Distinct().Should().HaveCount(3);
        app.Events.Retried.Should().Be(2);
        app.Events.DeadLettered.Should().Be(0);
    }

    [SpecificationFact]
    public async Task Handle_EnqueuesAndFailsOnce_EnqueuesOnce()
    {
        await using var app = await StartAsync();
        app.Script.Handle = async (db, note, context, token) =>
        {
            db.Enqueue(new Note("reply to " + note.Text));
            await db.SaveChangesAsync(token);
            if (context.Attempt == 1)
            {
                throw new InvalidOperationException("not yet");
            }
        };
        ConsumerApplication.Send(Broker, "question", "key");

        await app.SettledAsync(1);

        (await app.OutboxAsync()).Should().ContainSingle().Which.Topic.Should().Be(ConsumerApplication.Topic);
    }

    [SpecificationFact]
    public async Task Handle_SecondInstanceAfterOffsetsWereLost_SkipsEverything()
    {
        await using (var first = await StartAsync(consumer => consumer.Configure(options => options.CommitInterval = TimeSpan.FromMinutes(1))))
        {
            for (var i = 0; i < 10; i++)
            {
                ConsumerApplication.Send(Broker, $"note {i}", $"key {i}");
            }

            await first.SettledAsync(10);
            Broker.IsReachable = false;
        }

        Broker.IsReachable = true;
        await using var second = NewApplication();
        await second.ReadAsync(db => db.Set<InboxOffsetRecord>().ExecuteDeleteAsync());
        await second.StartAsync();
        await second.SettledAsync(10);

        second.Events.Duplicates.Should().Be(10);
        (await second.EffectsAsync()).Should().HaveCount(10);
    }

    [SpecificationFact]
    public async Task Handle_PartitionLostWhileHandling_HasItsEffectOnce()
    {
        await using var app = await StartAsync();
        var isFirst = 1;
        app.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            if (Interlocked.Exchange(ref isFirst, 0) == 1)
            {
                Broker.ExpelMembers(ConsumerApplication.Group);
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
        };
        ConsumerApplication.Send(Broker, "lost once", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("lost once");
        app.Script.Calls.Should().HaveCount(2);
        app.Events.Handled.Should().Be(1);
        app.Events.DeadLettered.Should().Be(0);
    }

    [SpecificationFact]
    public async Task Stop_EverythingHandled_StoresHowFarItCame()
    {
        var app = await StartAsync();
        var sent = ConsumerApplication.Send(Broker, "one", "key");
        await app.SettledAsync(1);
        await app.StopAsync();

        var store = app.Services.GetRequiredKeyedService<IInboxStore>(typeof(NoteContext));
        var next = await app.ReadAsync(
            db => store.GetOffsetAsync(db, ConsumerApplication.Consumer, sent.Source.Topic, sent.Source.Partition, CancellationToken.None).AsTask());
        next.Should().Be(1);
        await app.DisposeAsync();
    }
}
