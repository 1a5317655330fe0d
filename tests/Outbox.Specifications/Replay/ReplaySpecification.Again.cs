using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Replay;

public abstract partial class ReplaySpecification
{
    [SpecificationFact]
    public async Task Again_EverythingWasHandled_RunsOnceMoreInTheOrderOfEachKey()
    {
        await using var application = await StartAsync();
        var texts = Enumerable.Range(0, 60).Select(i => $"{i % 5}-{i:00}").ToList();
        texts.ForEach(text => Send(text, text[..1]));
        await application.SettledAsync(60);
        Send("5-60", "5");

        var status = await ReplayAsync(application, ReplayKind.Again);

        await application.SettledAsync(61);
        (status.Handled, status.Failed).Should().Be((61, 0));
        var replayed = application.Script.Calls.Where(call => call.Replay is not null).ToList();
        replayed.Should().OnlyContain(call => call.Replay!.Id == status.Id && call.Replay.Kind == ReplayKind.Again);
        replayed.GroupBy(call => call.Partition).Should().OnlyContain(calls => IsInOrderOfEachKey(calls));
        (await application.EffectsAsync()).GroupBy(text => text).Should().HaveCount(61).And.OnlyContain(same => same.Count() == 2);
        await ConsumerApplication.EventuallyAsync(
            async () => (await application.MarksAsync()).TrueForAll(mark => mark.Consumer == ConsumerApplication.Consumer),
            "the replay's own marks are removed");
    }

    [SpecificationFact]
    public async Task Again_InstanceStopsInTheMiddle_AnotherGoesOnAndNothingRunsTwice()
    {
        var first = await StartAsync();
        for (var i = 0; i < 40; i++)
        {
            Send($"{i:00}", $"{i % 4}");
        }

        await first.SettledAsync(40);
        var stuck = new TaskCompletionSource();
        first.Script.Handle = async (db, note, context, token) =>
        {
            if (context.Replay is not null && context.Offset == 4)
            {
                stuck.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            }

            NoteScript.AddEffect(db, note, context);
        };
        var id = await StartReplayAsync(first, ReplayKind.Again);
        await stuck.Task.WaitAsync(Patience);
        await first.DisposeAsync();

        await using var second = await StartAsync();
        await CompletedAsync(second, id);

        (await second.EffectsAsync()).GroupBy(text => text).Should().HaveCount(40).And.OnlyContain(same => same.Count() == 2);
    }

    [SpecificationFact]
    public async Task Again_OwnerDied_IsTakenOverWhenItsLeaseEnds()
    {
        await using var application = Create();
        await application.ReadAsync(db => db.Database.EnsureCreatedAsync());
        Send("a", "a");
        var id = await StartReplayAsync(application, ReplayKind.Again);
        var leases = application.Services.GetRequiredKeyedService<ReplayLeases>(typeof(NoteContext));
        var dead = await leases.ClaimAsync(ConsumerApplication.Consumer, Guid.NewGuid(), TimeSpan.FromSeconds(3), CancellationToken.None);
        var meanwhile = await leases.ClaimAsync(ConsumerApplication.Consumer, Guid.NewGuid(), TimeSpan.FromSeconds(3), CancellationToken.None);

        await application.StartAsync();
        await CompletedAsync(application, id);

        dead.Should().NotBeNull();
        meanwhile.Should().BeNull("the only partition has an owner");
        (await leases.AdvanceAsync(dead!, new ReplayStep(0, 7, 7, 7, null), CancellationToken.None)).Should().BeFalse("it owns nothing any more");
        (await Replays(application).GetAsync(id))!.Handled.Should().Be(1);
    }

    [SpecificationFact]
    public async Task Again_KeyAndName_RunsOnlyThose()
    {
        await using var application = await StartAsync();
        Send("a1", "a");
        Send("b1", "b");
        Send("a2", "a", ConsumerApplication.SharedNote);
        await application.SettledAsync(3);

        var byKey = await ReplayAsync(application, ReplayKind.Again, key: "a");
        var byName = await ReplayAsync(application, ReplayKind.Again, name: ConsumerApplication.SharedNote);

        (byKey.Handled, byKey.Skipped).Should().Be((2, 1));
        (byName.Handled, byName.Skipped).Should().Be((1, 2));
        (await application.EffectsAsync()).Should().BeEquivalentTo("a1", "a1", "a2", "a2", "a2", "b1");
    }

    [SpecificationFact]
    public async Task Range_FromAndTo_RunsWhatLiesBetween()
    {
        await using var application = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            Send($"{i}", "same");
        }

        await application.SettledAsync(10);
        var message = _broker.GetMessages(ConsumerApplication.Topic)[0];
        var (topic, partition) = (message.Source.Topic, message.Source.Partition);

        var status = await ReplayAsync(
            application, ReplayKind.Again, from: ReplayPosition.AtOffset(topic, partition, 3), to: ReplayPosition.AtOffset(topic, partition, 6));
        var later = await ReplayAsync(application, ReplayKind.Again, from: ReplayPosition.AtTime(DateTimeOffset.UtcNow.AddHours(1)));

        status.Handled.Should().Be(3);
        status.Partitions.Should().ContainSingle().Which.Should().BeEquivalentTo(new { FirstOffset = 3L, NextOffset = 6L, EndOffset = 6L });
        application.Script.Calls.Where(call => call.Replay is not null).Select(call => call.Offset).Should().Equal(3, 4, 5);
        (later.State, later.Partitions.Count).Should().Be((ReplayState.Completed, 0));
    }

    [SpecificationFact]
    public async Task Cancel_UnderWay_EndsItAndLeavesTheRest()
    {
        const int Messages = 200;
        await using var application = await StartAsync();
        for (var i = 0; i < Messages; i++)
        {
            Send($"{i}", "same");
        }

        await application.SettledAsync(Messages);

        // Not in the handler's stack: it is in a transaction, and the cancel would wait for its end.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        application.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            begun.TrySetResult();
            return Task.CompletedTask;
        };
        var id = await Replays(application).StartAsync(Request(ReplayKind.Again, mostPerSecond: 5));
        await begun.Task.WaitAsync(Patience);

        var isCancelled = await Replays(application).CancelAsync(id);
        var isCancelledAgain = await Replays(application).CancelAsync(id);

        (isCancelled, isCancelledAgain).Should().Be((true, false));
        await ConsumerApplication.EventuallyAsync(
            () => application.ReadAsync(db => db.Set<InboxReplayPartitionRecord>().AllAsync(row => row.Owner == null)), "the partition is let go of");
        var status = (await Replays(application).ListAsync(ConsumerApplication.Consumer)).Single();
        (status.State, status.Failed, status.RequestedBy).Should().Be((ReplayState.Cancelled, 0, "the test"));
        status.FinishedAt.Should().NotBeNull();
        (await application.EffectsAsync()).Count.Should().BeLessThan(2 * Messages, "it was cancelled at its beginning, and slowed down to 40 s");
    }

    [SpecificationFact]
    public async Task Enqueue_InAReplayedHandler_CarriesTheReplaysId()
    {
        await using var application = await StartAsync();
        application.Script.Handle = async (db, note, context, token) =>
        {
            db.Enqueue(new Note("next"));
            db.Enqueue(() => new Note("made in the save"));
            await db.SaveChangesAsync(token);
        };
        Send("a", "same");
        Send("b", "same");
        await application.SettledAsync(2);

        var status = await ReplayAsync(application, ReplayKind.Again);

        var headers = (await application.OutboxAsync()).ConvertAll(row => ConsumerApplication.HeadersOf(row).GetText(OutboxHeaders.Replay));
        headers.Should().Equal([null, null, null, null, .. Enumerable.Repeat(status.Id.ToString(), 4)], "in a chunk too");
    }

    [SpecificationFact]
    public async Task Again_ManyMessages_ShareTransactionsInTheOrderOfEachKey()
    {
        const int Messages = 300;
        await using var application = await StartAsync();
        foreach (var level in Levels)
        {
            for (var i = 0; i < Messages; i++)
            {
                Send($"{i % 6}:{i / 6:00}", $"{level} {i % 6}", level);
            }
        }

        await application.SettledAsync(Levels.Length * Messages);
        var (before, commits) = ((await application.EffectsAsync()).Count, application.Commits.Count);

        var status = await ReplayAsync(application, ReplayKind.Again);

        (status.Handled, status.Skipped, status.Failed).Should().Be((Levels.Length * Messages, 0, 0));
        (application.Commits.Count - commits).Should().BeLessThan(Levels.Length * Messages / 3, "a replay shares commits as live messages do");
        var effects = (await application.EffectsAsync()).Skip(before).ToList();
        effects.Should().HaveCount(Levels.Length * Messages);
        application.Script.Calls.Should().OnlyContain(call => call.Attempt == 1);
        application.Script.Calls.Where(call => call.Replay is not null).GroupBy(call => call.Partition).Should().OnlyContain(calls => IsInOrderOfEachKey(calls));
    }

    [SpecificationFact]
    public async Task Again_OneFailsAmongMany_IsCountedAloneAndItsKeyGoesOnInOrder()
    {
        const int Messages = 60;
        foreach (var level in Levels)
        {
            await using var application = await StartAsync();
            for (var i = 0; i < Messages; i++)
            {
                Send($"{level} {i % 3}:{i / 3:00}", $"{level} {i % 3}", level);
            }

            await application.SettledAsync(Messages);
            var before = (await application.EffectsAsync()).Count;
            application.Script.Handle = FailWhere(note => note.Text == $"{level} 1:07");

            var status = await ReplayAsync(application, ReplayKind.Again, key: $"{level} 1");

            (status.Handled, status.Failed).Should().Be((19, 1), level);
            status.Partitions.Should().ContainSingle(partition => partition.Error != null).Which.Error.Should().Contain("InvalidOperationException");
            (await application.EffectsAsync()).Skip(before).Should().Equal(
                Enumerable.Range(0, 20).Where(i => i != 7).Select(i => $"{level} 1:{i:00}"), "its key goes on behind it, once and in order");
        }
    }

    [SpecificationFact]
    public async Task Cancel_InAChunk_RollsItBackAndCountsNothing()
    {
        await using var application = await StartAsync();
        for (var i = 0; i < 100; i++)
        {
            Send($"{i}", "same");
        }

        await application.SettledAsync(100);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        application.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            if (note.Text == "4")
            {
                entered.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
        };
        var id = await StartReplayAsync(application, ReplayKind.Again);
        await entered.Task.WaitAsync(Patience);

        if (CanCancelInATransaction)
        {
            (await Replays(application).CancelAsync(id)).Should().BeTrue();
            await ConsumerApplication.EventuallyAsync(
                () => application.ReadAsync(db => db.Set<InboxReplayPartitionRecord>().AllAsync(row => row.Owner == null)), "the partition is let go of");
        }
        else
        {
            await application.StopAsync();
        }

        (await application.EffectsAsync()).Should().HaveCount(100, "nothing of a chunk that was cancelled stays");
        (await Replays(application).GetAsync(id))!.Handled.Should().Be(0);
    }

    [SpecificationFact]
    public async Task TwoInstances_SeveralPartitions_ShareThemAndEachMessageRunsOnce()
    {
        await using var one = Create();
        await using var other = Create();
        await one.ReadAsync(db => db.Database.EnsureCreatedAsync());
        for (var i = 0; i < 80; i++)
        {
            Send($"{i}", $"{i}");
        }

        one.Script.Handle = other.Script.Handle = SlowlyWhenReplayed;
        await one.StartAsync();
        await one.SettledAsync(80);
        var id = await StartReplayAsync(one, ReplayKind.Again);
        await other.StartAsync();

        var status = await CompletedAsync(one, id);

        status.Handled.Should().Be(80);
        (await one.EffectsAsync()).GroupBy(text => text).Should().HaveCount(80).And.OnlyContain(same => same.Count() == 2);
        one.Script.Calls.Should().Contain(call => call.Replay != null);
        other.Script.Calls.Should().Contain(call => call.Replay != null);
    }
}
