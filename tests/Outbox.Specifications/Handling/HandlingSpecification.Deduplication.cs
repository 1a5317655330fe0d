using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Transport;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    private static readonly DeduplicationMode[] ByOffset = [DeduplicationMode.Offsets, DeduplicationMode.Both];

    private protected static ApplicationShape In(DeduplicationMode mode, Action<ConsumerOptions>? more = null, string? group = null) => new()
    {
        GroupId = group ?? ConsumerApplication.Group,
        Consumer = consumer => consumer.Configure(options =>
        {
            options.Deduplication = mode;
            more?.Invoke(options);
        }),
    };

    [SpecificationFact]
    public async Task Offsets_InstanceAfterOffsetsOfTheGroupWereLost_StartsWhereTheDatabaseSays()
    {
        foreach (var mode in ByOffset)
        {
            await using (var first = await StartAsync(In(mode, options => options.CommitInterval = TimeSpan.FromMinutes(1), $"{mode}-1")))
            {
                await first.ReadAsync(db => db.Set<InboxOffsetRecord>().ExecuteDeleteAsync());
                await first.ReadAsync(db => db.Set<InboxMessageRecord>().ExecuteDeleteAsync());
                for (var i = 0; i < 10; i++)
                {
                    ConsumerApplication.Send(Broker, $"{mode} {i}", $"key {i}");
                }

                await ConsumerApplication.EventuallyAsync(
                    async () => (await first.EffectsAsync()).Count(text => text.StartsWith($"{mode} ", StringComparison.Ordinal)) == 10, "every effect");
                Broker.IsReachable = false;
            }

            Broker.IsReachable = true;
            await using var second = await StartAsync(In(mode, group: $"{mode}-1"));
            ConsumerApplication.Send(Broker, $"{mode} last", "key 1");
            await second.SettledAsync(1);

            second.Events.Duplicates.Should().Be(0, "nothing that was handled is even received");
            second.Script.Calls.Should().ContainSingle();
            (await second.EffectsAsync()).Count(text => text.StartsWith($"{mode} ", StringComparison.Ordinal)).Should().Be(11);
        }
    }

    [SpecificationFact]
    public async Task Ids_GroupHasForgottenItsOffsets_GoesOnWhereTheDatabaseSays()
    {
        await using (var first = await StartAsync())
        {
            for (var i = 0; i < 10; i++)
            {
                ConsumerApplication.Send(Broker, $"note {i}", $"key {i}");
            }

            await first.SettledAsync(10);
            await first.ReadAsync(db => db.Set<InboxMessageRecord>().ExecuteDeleteAsync());
        }

        await using var second = await StartAsync(new ApplicationShape { GroupId = "another-group" });
        ConsumerApplication.Send(Broker, "last", "key 1");
        await second.SettledAsync(1);

        second.Script.Calls.Should().ContainSingle("the marks were gone, and the group knew of nothing");
        (await second.EffectsAsync()).Should().HaveCount(11).And.OnlyHaveUniqueItems();
    }

    [SpecificationFact]
    public async Task Offsets_CopyWithAnOffsetOfItsOwn_IsHandledUnlessIdsCountToo()
    {
        foreach (var (mode, copies) in new[] { (DeduplicationMode.Offsets, 2), (DeduplicationMode.Both, 1), (DeduplicationMode.None, 2) })
        {
            await using var trial = await TryAsync(In(mode));
            var id = Guid.NewGuid();
            var text = $"{mode}";
            var sent = new[] { ConsumerApplication.Send(Broker, text, "key", id), ConsumerApplication.Send(Broker, text, "key", id) };

            (await trial.RunAllAsync(sent)).Should().OnlyContain(isSettled => isSettled, text);

            (await trial.App.EffectsAsync()).Count(effect => effect == text).Should().Be(copies, text);
            (await trial.App.MarksAsync()).Count(mark => mark.MessageId == id).Should().Be(mode == DeduplicationMode.Both ? 1 : 0, text);
        }
    }

    [SpecificationFact]
    public async Task Offsets_ChunkDeliveredAgain_HasNoSecondEffect()
    {
        foreach (var mode in ByOffset)
        {
            foreach (var level in Levels)
            {
                await using var trial = await TryAsync(In(mode));
                var prefix = $"{mode}{level}";
                var messages = trial.Messages(level, prefix + "a1", prefix + "b1", prefix + "a2", prefix + "c1");
                (await trial.RunAllAsync(messages)).Should().OnlyContain(isSettled => isSettled, prefix);
                await trial.App.ReadAsync(db => db.Set<InboxMessageRecord>().ExecuteDeleteAsync());

                (await trial.RunAllAsync(messages)).Should().OnlyContain(isSettled => !isSettled, "which of them are new is told one by one");

                (await trial.App.EffectsAsync()).Count(text => text.StartsWith(prefix, StringComparison.Ordinal)).Should().Be(4, prefix);
                trial.App.Events.Duplicates.Should().Be(4, prefix);
                (await trial.App.MarksAsync()).Should().BeEmpty();
                await ShouldStandBehindAsync(trial.App, messages);
            }
        }
    }

    [SpecificationFact]
    public async Task None_DeliveredAgain_IsHandledAgain()
    {
        await using var trial = await TryAsync(In(DeduplicationMode.None));
        var messages = trial.Messages(OwnNote, "a1", "b1");

        await trial.RunAllAsync(messages);
        await trial.RunAllAsync(messages);

        (await trial.App.EffectsAsync()).Should().BeEquivalentTo("a1", "b1", "a1", "b1");
        (await trial.App.MarksAsync()).Should().BeEmpty();
        trial.App.Events.Duplicates.Should().Be(0);
    }

    [SpecificationFact]
    public async Task Offsets_PoisonInAChunk_LeavesWhatStandsBehindItInItsPartition()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync(In(DeduplicationMode.Offsets));
            trial.Script.Handle = FailPoison;
            var messages = new[] { "one", "two", "poison", "four", "five" }
                .Select((text, i) => ConsumerApplication.Send(Broker, level + text, "same", type: level)).ToList();

            (await trial.RunAllAsync(messages)).Should().Equal([true, true, false, false, false], level);

            (await trial.App.EffectsAsync()).Where(text => text.StartsWith(level, StringComparison.Ordinal))
                .Should().Equal(level + "one", level + "two", level + "four", level + "five");
            trial.App.Events.DeadLettered.Should().Be(1);
            await ShouldStandBehindAsync(trial.App, messages);
        }
    }

    [SpecificationFact]
    public async Task Offsets_ChunkTimeIsOver_TakesTheOffsetBackToWhatRan()
    {
        await using var trial = await TryAsync(In(DeduplicationMode.Offsets, options =>
        {
            options.ChunkTime = TimeSpan.FromMilliseconds(1);
            options.ChunkTimeLimit = TimeSpan.FromMilliseconds(1);
        }));
        trial.Script.Handle = async (db, note, context, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), token);
            NoteScript.AddEffect(db, note, context);
        };
        var messages = new[] { "1", "2", "3" }.Select(text => ConsumerApplication.Send(Broker, text, "same")).ToList();

        (await trial.RunAsync(messages)).Settled.Should().Equal(true, false, false);

        (await trial.App.EffectsAsync()).Should().Equal("1");
        await ShouldStandBehindAsync(trial.App, [messages[0]]);
    }

    [SpecificationFact]
    public async Task Offsets_HandlerCommitsBehindTheContextsBack_LosesNothing()
    {
        await using var trial = await TryAsync(In(DeduplicationMode.Offsets));
        var hasCommitted = false;
        trial.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            if (note.Text == "2" && !hasCommitted)
            {
                hasCommitted = true;
                await db.SaveChangesAsync(token);
                await db.Database.CurrentTransaction!.GetDbTransaction().CommitAsync(token);
            }
        };
        var messages = new[] { "1", "2", "3" }.Select(text => ConsumerApplication.Send(Broker, text, "same")).ToList();

        await trial.RunAllAsync(messages);

        (await trial.App.EffectsAsync()).Should().Equal("1", "2", "3");
        await ShouldStandBehindAsync(trial.App, messages);
    }

    [SpecificationFact]
    public async Task Offsets_CommitOutcomeUnknown_IsToldByTheOffset()
    {
        foreach (var mode in ByOffset)
        {
            foreach (var isBefore in new[] { true, false })
            {
                await using var trial = await TryAsync(In(mode));
                var prefix = $"{mode}{isBefore}";
                if (isBefore)
                {
                    trial.App.Commits.FailBefore(1);
                }
                else
                {
                    trial.App.Commits.FailAfter(1);
                }

                var messages = trial.Messages(OwnNote, prefix + "a1", prefix + "b1");
                (await trial.RunAllAsync(messages)).Should().OnlyContain(isSettled => isSettled == !isBefore, prefix);

                (await trial.App.EffectsAsync()).Count(text => text.StartsWith(prefix, StringComparison.Ordinal)).Should().Be(2, prefix);
                trial.App.Events.Duplicates.Should().Be(0);
                await ShouldStandBehindAsync(trial.App, messages);
            }
        }
    }

    [SpecificationFact]
    public async Task Offsets_MessageIsDeferred_KeepsTheOrderOfItsKeyWithoutMarks()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, Soon).Configure(options => options.Deduplication = DeduplicationMode.Offsets));
        app.Script.Handle = (db, note, context, _) =>
        {
            if (note.Text == "1" && context.Attempt < 5)
            {
                throw new InvalidOperationException("not yet");
            }

            NoteScript.AddEffect(db, note, context);
            return Task.CompletedTask;
        };
        foreach (var text in new[] { "1", "2", "3" })
        {
            ConsumerApplication.Send(Broker, text, "key");
        }

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 3, "all handled");

        (await app.EffectsAsync()).Should().Equal("1", "2", "3");
        (await app.MarksAsync()).Should().BeEmpty();
        (await app.DeferredAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Offsets_ManyMessages_KeepTheOrderOfTheirPartition()
    {
        await using var app = await StartAsync(In(DeduplicationMode.Offsets));
        for (var i = 0; i < 300; i++)
        {
            ConsumerApplication.Send(Broker, $"{i}", $"key {i % 17}");
        }

        await app.SettledAsync(300);

        (await app.EffectsAsync()).Should().HaveCount(300);
        app.Script.Calls.Where(call => call.Attempt == 1).GroupBy(call => call.Partition)
            .Should().OnlyContain(partition => partition.Select(call => call.Offset).SequenceEqual(partition.Select(call => call.Offset).Order()));
        (await app.MarksAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Replay_MissingWithoutMarks_IsRefused()
    {
        await using var app = NewApplication(In(DeduplicationMode.Offsets));
        var replays = app.Services.GetRequiredKeyedService<IInboxReplay>(typeof(NoteContext));

        var start = () => replays.StartAsync(new ReplayRequest
        {
            Consumer = ConsumerApplication.Consumer,
            Kind = ReplayKind.Missing,
            From = ReplayPosition.Beginning,
            RequestedBy = "test",
        });

        (await start.Should().ThrowAsync<OutboxException>()).WithMessage("*keeps no marks*");
    }

    private static Task FailPoison(NoteContext db, Note note, MessageContext context, CancellationToken token)
    {
        if (note.Text.EndsWith("poison", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("poison");
        }

        NoteScript.AddEffect(db, note, context);
        return Task.CompletedTask;
    }

    /// <summary>What the database says of the partitions is exactly that these messages are handled.</summary>
    private static async Task ShouldStandBehindAsync(ConsumerApplication app, IEnumerable<ReceivedMessage> messages)
    {
        var store = app.Services.GetRequiredKeyedService<IInboxStore>(typeof(NoteContext));
        foreach (var partition in messages.GroupBy(message => message.Source))
        {
            var next = await app.ReadAsync(db => store.GetOffsetAsync(
                db, ConsumerApplication.Consumer, partition.Key.Topic, partition.Key.Partition, CancellationToken.None).AsTask());
            next.Should().Be(partition.Max(message => message.Offset) + 1);
        }
    }
}
