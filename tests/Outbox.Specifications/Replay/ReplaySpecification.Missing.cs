using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Replay;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Testing;

namespace Outbox.Specifications.Replay;

public abstract partial class ReplaySpecification
{
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
    public async Task Missing_ManyWereDeadLettered_ShareTransactions()
    {
        const int Messages = 100;
        await using var application = await StartAsync();
        application.Script.Handle = FailWhere(note => note.Text.StartsWith("bad", StringComparison.Ordinal));
        for (var i = 0; i < Messages; i++)
        {
            Send(i % 2 == 0 ? $"good-{i}" : $"bad-{i}", "same");
        }

        await application.SettledAsync(Messages);
        application.Script.Handle = null;
        var commits = application.Commits.Count;

        var status = await ReplayAsync(application, ReplayKind.Missing);

        (status.Handled, status.Skipped, status.Failed).Should().Be((Messages / 2, Messages / 2, 0));
        (application.Commits.Count - commits).Should().BeLessThan(Messages / 4);
        (await application.EffectsAsync()).Should().HaveCount(Messages).And.OnlyHaveUniqueItems();
        (await application.MarksAsync()).Should().HaveCount(Messages).And.OnlyContain(mark => mark.Outcome == InboxOutcome.Handled);
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
    public async Task Missing_MarksTakenBackInTheirTransaction_SayWhatTheySaidBefore()
    {
        await using var application = Create();
        await application.ReadAsync(db => db.Database.EnsureCreatedAsync());
        var (letter, kept, unmarked) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var store = application.Services.GetRequiredKeyedService<IInboxStore>(typeof(NoteContext));
        var missing = new MissingInbox(store);
        await application.ReadAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await store.MarkAsync(
                db, ConsumerApplication.Consumer, [new InboxMark(letter, InboxOutcome.DeadLettered, 3), new InboxMark(kept, InboxOutcome.DeadLettered)], default);
            await transaction.CommitAsync();
            return true;
        });

        var claimed = await application.ReadAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            InboxMark[] marks = [.. new[] { letter, kept, unmarked }.Select(id => new InboxMark(id, InboxOutcome.Handled))];
            var claimed = await missing.MarkAsync(db, ConsumerApplication.Consumer, marks, default);
            await missing.TakeBackMarksAsync(db, ConsumerApplication.Consumer, [marks[0], marks[2]], default);
            await transaction.CommitAsync();
            return claimed;
        });

        claimed.Should().BeEquivalentTo([letter, kept, unmarked]);
        (await application.MarksAsync()).Select(mark => (mark.MessageId, mark.Outcome, mark.Redrive)).Should().BeEquivalentTo(
            [(letter, InboxOutcome.DeadLettered, 3), (kept, InboxOutcome.Handled, 0)], "what was dead-lettered is so again, and its number stays");
    }

    [SpecificationFact]
    public async Task Missing_HandledAndDeferred_AreSkippedAndUnmarkedRun()
    {
        await using var application = Create();
        await application.ReadAsync(db => db.Database.EnsureCreatedAsync());
        var (handled, deferred) = (Send("handled", "a"), Send("deferred", "b"));
        Send("unmarked", "c");
        var scope = MarkScope.Of(ConsumerApplication.Topic);
        await application.ReadAsync(async db =>
        {
            db.Add(new InboxMessageRecord { Consumer = ConsumerApplication.Consumer, MessageId = handled, Scope = scope, Outcome = InboxOutcome.Handled });
            db.Add(new InboxMessageRecord { Consumer = ConsumerApplication.Consumer, MessageId = deferred, Scope = scope, Outcome = InboxOutcome.Deferred });
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
}
