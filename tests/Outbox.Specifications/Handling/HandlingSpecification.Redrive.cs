using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    private const string Consumer = ConsumerApplication.Consumer;
    private const string Topic = ConsumerApplication.Topic;

    [SpecificationFact]
    public async Task Redrive_Letters_RunsThemInOrderAndNoOtherGroupSeesThem()
    {
        await using var app = await StartAsync();
        await using var other = await StartOtherGroupAsync();
        await GiveUpAsync(app, "1", "2", "3");
        await ConsumerApplication.EventuallyAsync(() => other.Events.Handled == 3, "the other group has handled them");
        var appended = Broker.GetMessages(Topic).Count;
        app.Script.Handle = null;

        var result = await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { RequestedBy = "ann" });

        (result.Read, result.Redriven, result.SettledBefore, result.TooOften).Should().Be((3, 3, 0, 0));
        result.Letters.Select(letter => letter.Offset).Should().Equal(0, 1, 2);
        result.Letters.Should().OnlyContain(letter => letter.ErrorType == typeof(InvalidOperationException).FullName && letter.Attempts == 3);
        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 3, "all handled");
        (await app.EffectsAsync()).Where(effect => !effect.StartsWith("other", StringComparison.Ordinal)).Should().Equal("1", "2", "3");
        (await app.MarksAsync()).Where(mark => mark.Consumer == Consumer).Should()
            .OnlyContain(mark => mark.Outcome == InboxOutcome.Handled && mark.Redrive == 1);
        Broker.GetMessages(Topic).Should().HaveCount(appended, "nothing goes through the topic");
        other.Script.Calls.Should().HaveCount(3);
        app.Script.Calls.Last().Headers.GetText(OutboxHeaders.Redrive).Should().Be("1");
    }

    [SpecificationFact]
    public async Task Redrive_SecondTime_DoesNothing()
    {
        await using var app = await StartAsync();
        await GiveUpAsync(app, "1");
        app.Script.Handle = null;
        await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic));
        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "handled");

        var again = await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic));

        (again.Redriven, again.SettledBefore).Should().Be((0, 1));
        (await app.DeferredAsync()).Should().BeEmpty();
        (await app.EffectsAsync()).Should().Equal("1");
    }

    [SpecificationFact]
    public async Task Redrive_FailsAgain_IsAnotherLetterUntilTheLoopGuardHolds()
    {
        await using var app = await StartAsync();
        await GiveUpAsync(app, "1");
        for (var round = 1; round <= 2; round++)
        {
            var result = await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { MaxRedrives = 2 });
            (result.Redriven, result.SettledBefore).Should().Be((1, round - 1));
            await ConsumerApplication.EventuallyAsync(() => app.Events.DeadLettered == round + 1, "given up again");
            await app.RelayAsync(Broker);
        }

        var last = await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { MaxRedrives = 2 });

        (last.Redriven, last.SettledBefore, last.TooOften).Should().Be((0, 2, 1));
        var letters = Broker.GetMessages($"{Topic}.{ConsumerApplication.Group}.dlq");
        letters.Select(letter => letter.Headers.GetText(DeadLetterHeaders.Redrive)).Should().Equal(null, "1", "2");
        letters.Should().OnlyContain(letter => letter.Headers.GetText(OutboxHeaders.Redrive) == null
            && letter.Payload!.SequenceEqual(letters[0].Payload!) && letter.Headers.Count(header => header.Name == OutboxHeaders.MessageId) == 1);
    }

    [SpecificationFact]
    public async Task Redrive_DryRun_TellsWhatWouldBeDoneAndDoesNothing()
    {
        await using var app = await StartAsync();
        await GiveUpAsync(app, "1", "2");
        app.Script.Handle = null;
        var first = (await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { IsDryRun = true })).Letters[0];
        await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { MessageIds = [first.MessageId] });
        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "the first handled");

        var result = await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { IsDryRun = true });

        (result.Redriven, result.SettledBefore).Should().Be((1, 1));
        result.Letters.Select(letter => letter.Outcome).Should().Equal(RedriveOutcome.SettledBefore, RedriveOutcome.Redriven);
        (await app.DeferredAsync()).Should().BeEmpty();
        (await app.EffectsAsync()).Should().Equal("1");
    }

    [SpecificationFact]
    public async Task Redrive_Conditions_ChooseTheLetters()
    {
        await using var app = await StartAsync();
        app.Script.Handle = (_, note, _, _) => throw (note.Text == "1" ? new TimeoutException() : new InvalidOperationException());
        foreach (var text in new[] { "1", "2", "3" })
        {
            ConsumerApplication.Send(Broker, text, text);
        }

        await ConsumerApplication.EventuallyAsync(() => app.Events.DeadLettered == 3, "given up");
        await app.RelayAsync(Broker);
        var failed = (await LookAsync(new RedriveRequest(Consumer, Topic))).OrderBy(letter => letter.FailedAt).ToList();

        (await LookAsync(new RedriveRequest(Consumer, Topic) { ErrorType = "TimeoutException" })).Should().ContainSingle();
        (await LookAsync(new RedriveRequest(Consumer, Topic) { ErrorType = "System.InvalidOperationException" })).Should().HaveCount(2);
        (await LookAsync(new RedriveRequest(Consumer, Topic) { ErrorType = "OperationException" })).Should().BeEmpty();
        (await LookAsync(new RedriveRequest(Consumer, Topic) { Key = ConsumerApplication.Bytes("2") })).Should().ContainSingle()
            .Which.Key.Should().Equal(ConsumerApplication.Bytes("2"));
        (await LookAsync(new RedriveRequest(Consumer, Topic) { From = failed[1].FailedAt, Until = failed[2].FailedAt })).Should()
            .Contain(letter => letter.FailedAt == failed[1].FailedAt).And.NotContain(letter => letter.FailedAt == failed[2].FailedAt);
        (await LookAsync(new RedriveRequest(Consumer, Topic) { MessageIds = [failed[1].MessageId, Guid.NewGuid()] })).Should().ContainSingle()
            .Which.MessageId.Should().Be(failed[1].MessageId);
        (await LookAsync(new RedriveRequest("another", Topic) { GroupId = ConsumerApplication.Group })).Should().BeEmpty();

        async Task<IReadOnlyList<RedriveLetter>> LookAsync(RedriveRequest request)
        {
            request.IsDryRun = true;
            return (await app.Redrive.RedriveAsync(request)).Letters;
        }
    }

    [SpecificationFact]
    public async Task Redrive_RateIsLimited_TakesTheTimeOfItsLetters()
    {
        await using (var app = await StartAsync())
        {
            await GiveUpAsync(app, [.. Enumerable.Range(0, 25).Select(i => $"{i}")]);
        }

        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var operators = NewApplication(new ApplicationShape { Services = services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)) });
        var redriving = operators.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { PerSecond = 100 });
        await ConsumerApplication.EventuallyAsync(async () => (await operators.DeferredAsync()).Count == 10, "a tenth of a second's letters are redriven");
        redriving.IsCompleted.Should().BeFalse("the next ones wait for their time");
        var before = time.GetUtcNow();

        await ConsumerApplication.EventuallyAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(1));
                return redriving.IsCompleted;
            },
            "all redriven");

        (time.GetUtcNow() - before).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(250), "25 letters are a quarter of a second's");
        (await redriving).Redriven.Should().Be(25);
    }

    [SpecificationFact]
    public async Task Redrive_LaterMessagesOfTheKeyWait_GoesBeforeThem()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1), attempts: 1));
        app.Script.Handle = (_, note, _, _) => throw (note.Text == "1" ? new MessageFormatException("no use") : new InvalidOperationException("away"));
        ConsumerApplication.Send(Broker, "1", "key");
        ConsumerApplication.Send(Broker, "2", "key");
        await ConsumerApplication.EventuallyAsync(() => app.Events is { DeadLettered: 1, Deferred: 1 }, "one given up, one deferred");
        await app.RelayAsync(Broker);
        app.Script.Handle = null;

        await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic));
        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "the first handled");
        var waiting = await app.Deferred.ListAsync(new DeferredQuery(Consumer));
        (await app.Deferred.RetryNowAsync(Consumer, [waiting.Should().ContainSingle().Which.Id], "ann")).Should().Be(1);
        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 2, "both handled");

        (await app.EffectsAsync()).Should().Equal("1", "2");
    }

    [SpecificationFact]
    public async Task Redrive_ThroughTheTopic_OtherGroupsSkipItAndCopiesDoNothing()
    {
        await using var app = await StartAsync();
        await using var other = await StartOtherGroupAsync();
        await GiveUpAsync(app, "1");
        await ConsumerApplication.EventuallyAsync(() => other.Events.Handled == 1, "the other group has handled it");
        app.Script.Handle = null;

        for (var i = 0; i < 2; i++)
        {
            (await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { ThroughTopic = true })).Redriven.Should().Be(1);
        }

        await app.RelayAsync(Broker);
        await ConsumerApplication.EventuallyAsync(() => app.Events is { Handled: 1, Duplicates: 1 }, "handled once");
        await ConsumerApplication.EventuallyAsync(() => other.Events.Skipped == 2, "skipped by the other");
        other.Script.Calls.Should().ContainSingle();
        (await app.EffectsAsync()).Should().BeEquivalentTo("1", "other 1");
        (await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { ThroughTopic = true })).SettledBefore.Should().Be(1);
    }

    [SpecificationFact]
    public async Task Redrive_ThroughACompactedTopic_IsRefused()
    {
        Broker.CreateTopic(Topic, 3, isCompacted: true);
        await using var app = await StartAsync();
        await GiveUpAsync(app, "1");

        var redrive = () => app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic) { ThroughTopic = true });

        (await redrive.Should().ThrowAsync<OutboxException>()).WithMessage("*notes is compacted*ThroughTopic*");
        (await app.OutboxAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Redrive_MarkIsGone_HandlesItOnce()
    {
        await using var app = await StartAsync();
        await GiveUpAsync(app, "1");
        await app.ReadAsync(db => db.Set<InboxMessageRecord>().ExecuteDeleteAsync());
        app.Script.Handle = null;

        (await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic))).Redriven.Should().Be(1);
        (await app.Redrive.RedriveAsync(new RedriveRequest(Consumer, Topic))).Redriven.Should().Be(0);

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "handled");
        (await app.EffectsAsync()).Should().Equal("1");
    }

    [SpecificationFact]
    public async Task Deferred_Operators_ListCountAndDiscard()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1)));
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        };
        var id = Guid.NewGuid();
        ConsumerApplication.Send(Broker, "poison", "key", id);
        ConsumerApplication.Send(Broker, "next", "key");
        await ConsumerApplication.EventuallyAsync(async () => (await app.DeferredAsync()).Count == 2, "both wait");

        (await app.Deferred.CountAsync()).Should().BeEquivalentTo([
            new DeferredCount(Consumer, Topic, null, 1), new DeferredCount(Consumer, Topic, typeof(InvalidOperationException).FullName, 1)]);
        var listed = await app.Deferred.ListAsync(new DeferredQuery(Consumer) { Topic = Topic, Key = ConsumerApplication.Bytes("key"), Take = 1 });
        listed.Should().ContainSingle().Which.Error.Should().Be("poison");
        (await app.Deferred.ListAsync(new DeferredQuery(Consumer) { After = listed[0].Id })).Should().ContainSingle().Which.Attempts.Should().Be(0);
        (await app.Deferred.ListAsync(new DeferredQuery(Consumer) { ErrorType = "Other" })).Should().BeEmpty();
        (await app.Deferred.ListAsync(new DeferredQuery("another"))).Should().BeEmpty();

        (await app.Deferred.DiscardAsync(Consumer, [listed[0].Id, -1], "ann")).Should().Be(1);

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "the next comes at once");
        (await app.EffectsAsync()).Should().Equal("next");
        (await app.MarksAsync()).Single(mark => mark.MessageId == id).Outcome.Should().Be(InboxOutcome.Discarded);
        ConsumerApplication.Send(Broker, "poison", "key", id);
        await ConsumerApplication.EventuallyAsync(() => app.Events.Duplicates == 1, "a copy is skipped");
        (await FluentActions.Awaiting(() => app.Deferred.DiscardAsync(Consumer, [1], " ")).Should().ThrowAsync<ArgumentException>()).WithMessage("*requestedBy*");
    }

    private static ApplicationShape OtherGroup => new() { ConsumerName = "shipping", GroupId = "shipping-group" };

    private async Task<ConsumerApplication> StartOtherGroupAsync()
    {
        var other = NewApplication(OtherGroup);
        other.Script.Handle = (db, note, context, _) =>
        {
            db.Effects.Add(new NoteEffect { MessageId = context.MessageId, Text = "other " + note.Text });
            return Task.CompletedTask;
        };
        return await other.StartAsync();
    }

    /// <summary>Sends notes of one key that are given up, and puts their letters on their topic.</summary>
    private async Task GiveUpAsync(ConsumerApplication app, params string[] texts)
    {
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("away");
        foreach (var text in texts)
        {
            ConsumerApplication.Send(Broker, text, "key");
        }

        await ConsumerApplication.EventuallyAsync(() => app.Events.DeadLettered == texts.Length, "given up");
        await app.RelayAsync(Broker);
    }
}
