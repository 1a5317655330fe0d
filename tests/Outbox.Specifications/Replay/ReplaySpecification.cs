using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Testing;
using Outbox.Transport;

namespace Outbox.Specifications.Replay;

/// <summary>What replays do, on any database.</summary>
public abstract class ReplaySpecification : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly InMemoryBroker _broker = new(defaultPartitions: 4);
    private HandlingDatabase _database = null!;

    protected abstract Task<HandlingDatabase> CreateDatabaseAsync();

    public async Task InitializeAsync() => _database = await CreateDatabaseAsync();

    public Task DisposeAsync() => _database.DropAsync();

    [SpecificationFact]
    public async Task Missing_SomeWereDeadLettered_RunsThoseOnceAndNoOther()
    {
        await using var application = await StartAsync();
        application.Script.Handle = FailWhere(note => note.Text.StartsWith("bad", StringComparison.Ordinal));
        Send("a1", "a");
        Send("bad-1", "a");
        Send("a2", "a");
        Send("bad-2", "b");
        Send("b1", "b");
        await application.SettledAsync(5);
        application.Script.Handle = null;

        var first = await ReplayAsync(application, ReplayKind.Missing);
        var second = await ReplayAsync(application, ReplayKind.Missing);

        (await application.EffectsAsync()).Should().BeEquivalentTo(["a1", "a2", "b1", "bad-1", "bad-2"], "each has its effect once");
        (first.Handled, first.Skipped, first.Failed).Should().Be((2, 3, 0));
        (second.Handled, second.Skipped, second.Failed).Should().Be((0, 5, 0), "nothing is missing any more");
        (await application.MarksAsync()).Should().OnlyContain(mark => mark.Outcome == InboxOutcome.Handled);
        (await application.OutboxAsync()).Should().HaveCount(2, "the two dead letters are from before");
    }

    [SpecificationFact]
    public async Task Missing_HandlerFailsAgain_LeavesTheMarkAndGoesOnWithTheKey()
    {
        await using var application = await StartAsync();
        application.Script.Handle = FailWhere(_ => true);
        Send("bad", "a");
        Send("good", "a");
        await application.SettledAsync(2);
        application.Script.Handle = FailWhere(note => note.Text == "bad");

        var status = await ReplayAsync(application, ReplayKind.Missing);

        (status.Handled, status.Skipped, status.Failed).Should().Be((1, 0, 1));
        status.Partitions.Select(partition => partition.Error).Should().ContainSingle(error => error != null)
            .Which.Should().Contain("InvalidOperationException").And.Contain("offset 0");
        (await application.EffectsAsync()).Should().Equal("good");
        (await application.MarksAsync()).Select(mark => mark.Outcome).Should().BeEquivalentTo([InboxOutcome.DeadLettered, InboxOutcome.Handled]);
        (await application.OutboxAsync()).Should().HaveCount(2, "a message has one dead letter at most");
    }

    [SpecificationFact]
    public async Task Missing_HandledAndDeferred_AreSkippedAndUnmarkedRun()
    {
        await using var application = Create();
        await application.ReadAsync(db => db.Database.EnsureCreatedAsync());
        var (handled, deferred) = (Send("handled", "a"), Send("deferred", "b"));
        Send("unmarked", "c");
        await application.ReadAsync(async db =>
        {
            db.Add(new InboxMessageRecord { Consumer = ConsumerApplication.Consumer, MessageId = handled, Outcome = InboxOutcome.Handled });
            db.Add(new InboxMessageRecord { Consumer = ConsumerApplication.Consumer, MessageId = deferred, Outcome = InboxOutcome.Deferred });
            return await db.SaveChangesAsync();
        });
        var id = await StartReplayAsync(application, ReplayKind.Missing);

        await application.StartAsync();
        await CompletedAsync(application, id);
        await application.SettledAsync(3);

        (await application.EffectsAsync()).Should().Equal(["unmarked"], "it ran once, in the replay or by the subscription");
    }

    [SpecificationFact]
    public async Task Missing_BeginsBeforeTheMarks_IsRefused()
    {
        var old = new InMemoryBroker(1, new FixedTime(DateTimeOffset.UtcNow.AddDays(-30)));
        await using var application = new ConsumerApplication(_database, old);
        await application.ReadAsync(db => db.Database.EnsureCreatedAsync());
        ConsumerApplication.Send(old, "old");

        var byTime = () => StartReplayAsync(application, ReplayKind.Missing, from: ReplayPosition.AtTime(DateTimeOffset.UtcNow.AddDays(-9)));
        var byOffset = () => StartReplayAsync(application, ReplayKind.Missing, from: ReplayPosition.AtOffset(ConsumerApplication.Topic, 0, 0));
        var again = await StartReplayAsync(application, ReplayKind.Again);

        (await byTime.Should().ThrowAsync<OutboxException>()).WithMessage("*InboxRetention*handled twice*");
        (await byOffset.Should().ThrowAsync<OutboxException>()).WithMessage("*offset 0 of notes[0]*InboxRetention*");
        (await Replays(application).GetAsync(again))!.State.Should().Be(ReplayState.Running, "what runs again needs no marks of long ago");
    }

    [SpecificationFact]
    public async Task Start_WhatCannotWork_IsSaidAtOnce()
    {
        await using var application = await StartAsync();
        Send("a");
        var replays = Replays(application);

        var stranger = () => replays.StartAsync(new ReplayRequest { Consumer = "nobody", Kind = ReplayKind.Again, From = ReplayPosition.Beginning });
        var foreign = () => replays.StartAsync(Request(ReplayKind.Again, topics: ["other"]));
        var still = () => replays.StartAsync(Request(ReplayKind.Again, mostPerSecond: 0));

        (await stranger.Should().ThrowAsync<OutboxException>()).WithMessage("*no consumer 'nobody'*AddConsumer*billing*");
        (await foreign.Should().ThrowAsync<OutboxException>()).WithMessage("*does not receive the topic 'other'*notes*");
        (await still.Should().ThrowAsync<OutboxException>()).WithMessage("*MaxPerSecond*");
    }

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
        Send("a2", "a");
        await application.SettledAsync(3);

        var byKey = await ReplayAsync(application, ReplayKind.Again, key: "a");
        var byName = await ReplayAsync(application, ReplayKind.Again, name: "other-name");

        (byKey.Handled, byKey.Skipped).Should().Be((2, 1));
        (byName.Handled, byName.Skipped).Should().Be((0, 3));
        (await application.EffectsAsync()).Should().BeEquivalentTo("a1", "a1", "a2", "a2", "b1");
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
    public async Task Cancel_HandlersUnderWay_EndsThemAndLeavesTheRest()
    {
        const int Messages = 200;
        await using var application = await StartAsync();
        for (var i = 0; i < Messages; i++)
        {
            Send($"{i}", "same");
        }

        await application.SettledAsync(Messages);
        var begun = new TaskCompletionSource();
        application.Script.Handle = async (db, note, context, token) =>
        {
            begun.TrySetResult();
            await SlowlyWhenReplayed(db, note, context, token);
        };
        var id = await StartReplayAsync(application, ReplayKind.Again);
        await begun.Task.WaitAsync(Patience);

        var isCancelled = await Replays(application).CancelAsync(id);
        var isCancelledAgain = await Replays(application).CancelAsync(id);

        (isCancelled, isCancelledAgain).Should().Be((true, false));
        await ConsumerApplication.EventuallyAsync(
            () => application.ReadAsync(db => db.Set<InboxReplayPartitionRecord>().AllAsync(row => row.Owner == null)), "the partition is let go of");
        var status = (await Replays(application).ListAsync(ConsumerApplication.Consumer)).Single();
        (status.State, status.Failed, status.RequestedBy).Should().Be((ReplayState.Cancelled, 0, "the test"));
        status.FinishedAt.Should().NotBeNull();
        (await application.EffectsAsync()).Count.Should().BeLessThan(2 * Messages, "20 s of work were cancelled at their beginning");
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
        Send("a");
        await application.SettledAsync(1);

        var status = await ReplayAsync(application, ReplayKind.Again);

        var headers = (await application.OutboxAsync()).ConvertAll(row => ConsumerApplication.HeadersOf(row).GetText(OutboxHeaders.Replay));
        headers.Should().Equal(null, null, status.Id.ToString(), status.Id.ToString());
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

    private static bool IsInOrderOfEachKey(IEnumerable<MessageContext> calls) => calls
        .GroupBy(call => Convert.ToHexString(call.Key!))
        .All(key => key.Select(call => call.Offset).SequenceEqual(key.Select(call => call.Offset).Order()));

    private static async Task SlowlyWhenReplayed(NoteContext db, Note note, MessageContext context, CancellationToken token)
    {
        if (context.Replay is not null)
        {
            await Task.Delay(100, token);
        }

        NoteScript.AddEffect(db, note, context);
    }

    private static Func<NoteContext, Note, MessageContext, CancellationToken, Task> FailWhere(Func<Note, bool> isBad) => (db, note, context, _) =>
    {
        if (isBad(note))
        {
            throw new InvalidOperationException("The provider is down.");
        }

        NoteScript.AddEffect(db, note, context);
        return Task.CompletedTask;
    };

    private static IInboxReplay Replays(ConsumerApplication application) =>
        application.Services.GetRequiredKeyedService<IInboxReplay>(typeof(NoteContext));

    private static ReplayRequest Request(
        ReplayKind kind,
        ReplayPosition? from = null,
        ReplayPosition? to = null,
        string? key = null,
        string? name = null,
        string[]? topics = null,
        int? mostPerSecond = null) => new()
        {
            Consumer = ConsumerApplication.Consumer,
            Kind = kind,
            From = from ?? ReplayPosition.Beginning,
            To = to,
            Key = key is null ? null : ConsumerApplication.Bytes(key),
            MessageName = name,
            Topics = topics ?? [],
            MaxPerSecond = mostPerSecond,
            RequestedBy = "the test",
        };

    private static Task<Guid> StartReplayAsync(
        ConsumerApplication application,
        ReplayKind kind,
        ReplayPosition? from = null,
        ReplayPosition? to = null,
        string? key = null,
        string? name = null) => Replays(application).StartAsync(Request(kind, from, to, key, name));

    private static async Task<ReplayStatus> ReplayAsync(
        ConsumerApplication application,
        ReplayKind kind,
        ReplayPosition? from = null,
        ReplayPosition? to = null,
        string? key = null,
        string? name = null) => await CompletedAsync(application, await StartReplayAsync(application, kind, from, to, key, name));

    private static async Task<ReplayStatus> CompletedAsync(ConsumerApplication application, Guid id)
    {
        ReplayStatus? status = null;
        await Eventually.BeTrueAsync(
            async () => (status = await Replays(application).GetAsync(id)) is { State: ReplayState.Completed }, "the replay is completed", Patience);
        return status!;
    }

    private Guid Send(string text, string? key = null)
    {
        var id = Guid.NewGuid();
        ConsumerApplication.Send(_broker, text, key, id);
        return id;
    }

    private ConsumerApplication Create() => new(
        _database, _broker, new ApplicationShape { Consumer = consumer => consumer.Configure(options => options.MaxAttempts = 1) });

    private Task<ConsumerApplication> StartAsync() => Create().StartAsync();

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
