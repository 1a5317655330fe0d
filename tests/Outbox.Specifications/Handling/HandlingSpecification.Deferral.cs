using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    [SpecificationFact]
    public async Task Defer_AttemptsFail_StoresTheRawMessageWithItsMark()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1)));
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException(new string('x', 5_000) + "\0");
        var headers = new MessageHeaders().Add(OutboxHeaders.MessageType, "note").Add(new MessageHeader("binary", [0, 255])).Add(new MessageHeader("null", null));
        var sent = Broker.Append(ConsumerApplication.Topic, ConsumerApplication.Bytes("key"), ConsumerApplication.Bytes("""{ "text" : "x" }"""), headers);
        var before = DateTime.UtcNow;

        await ConsumerApplication.EventuallyAsync(() => app.Events.Deferred == 1, "deferred");

        var row = (await app.DeferredAsync()).Should().ContainSingle().Which;
        (row.Consumer, row.Topic, row.Partition, row.Offset).Should().Be((ConsumerApplication.Consumer, ConsumerApplication.Topic, sent.Source.Partition, sent.Offset));
        row.Key.Should().Equal(sent.Key);
        row.Payload.Should().Equal(sent.Payload);
        row.SourceTimestamp.Should().BeCloseTo(sent.Timestamp.UtcDateTime, TimeSpan.FromMilliseconds(1));
        (row.Attempts, row.Retries, row.ErrorType, row.Error!.Length).Should().Be((3, 0, typeof(InvalidOperationException).FullName, 1_000));
        row.DueAt.Should().BeOnOrAfter(before.AddMinutes(48)).And.BeOnOrBefore(DateTime.UtcNow.AddHours(1));
        (await app.MarksAsync()).Should().ContainSingle().Which.Outcome.Should().Be(InboxOutcome.Deferred);
        (await app.OutboxAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Defer_LaterMessagesOfTheKey_RunBehindInOrderAndOthersGoOn()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, Soon));
        var isAway = true;
        app.Script.Handle = (db, note, context, _) =>
        {
            if (isAway && note.Text == "1")
            {
                throw new InvalidOperationException("away");
            }

            NoteScript.AddEffect(db, note, context);
            return Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "1", "key");
        await ConsumerApplication.EventuallyAsync(() => app.Events.Deferred >= 1, "the first deferred");
        ConsumerApplication.Send(Broker, "2", "key");
        ConsumerApplication.Send(Broker, "3", "key");
        ConsumerApplication.Send(Broker, "other", "another key");
        await ConsumerApplication.EventuallyAsync(async () => (await app.DeferredAsync()).Count == 3 && app.Events.Handled == 1, "the others queued");

        (await app.EffectsAsync()).Should().Equal("other");
        (await app.MarksAsync()).Count(mark => mark.Outcome == InboxOutcome.Deferred).Should().Be(3);
        isAway = false;

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 4, "all handled");
        (await app.EffectsAsync()).Should().Equal("other", "1", "2", "3");
        (await app.DeferredAsync()).Should().BeEmpty();
        (await app.MarksAsync()).Should().HaveCount(4).And.OnlyContain(mark => mark.Outcome == InboxOutcome.Handled);
        app.Script.Calls.Should().OnlyContain(call => call.Key != null && call.Timestamp > DateTimeOffset.UnixEpoch);
    }

    [SpecificationFact]
    public async Task Defer_MessageWithoutKey_WaitsAlone()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1)));
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "poison");
        await ConsumerApplication.EventuallyAsync(() => app.Events.Deferred == 1, "deferred");
        ConsumerApplication.Send(Broker, "next");

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "the next handled");

        (await app.EffectsAsync()).Should().Equal("next");
    }

    [SpecificationFact]
    public async Task Defer_LaterMessagesMayPass_HandlesThemAtOnce()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1)).Configure(options => options.LaterMessagesPass = true));
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "poison", "key");
        ConsumerApplication.Send(Broker, "next", "key");

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "the next handled");

        (await app.EffectsAsync()).Should().Equal("next");
        (await app.DeferredAsync()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Defer_LastAttemptFails_DeadLettersItAndTheNextComesAtOnce()
    {
        await using var app = await StartAsync(consumer =>
        {
            Defer(consumer, TimeSpan.FromMilliseconds(1), attempts: 2);
            consumer.Configure(options => options.MaxChunkSize = 1);
        });
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "poison", "key");
        ConsumerApplication.Send(Broker, "next", "key");

        await ConsumerApplication.EventuallyAsync(() => app.Events is { DeadLettered: 1, Handled: 1 }, "both settled");

        (await app.EffectsAsync()).Should().Equal("next");
        var letter = ConsumerApplication.HeadersOf((await app.OutboxAsync()).Should().ContainSingle().Which);
        letter.GetText(DeadLetterHeaders.Attempts).Should().Be("9", "three at once and in each of two retries");
        app.Script.Calls.Where(call => call.Offset == 0).Select(call => call.Attempt).Should().StartWith(Enumerable.Range(1, 9));
        (await app.DeferredAsync()).Should().BeEmpty();
        (await app.MarksAsync()).Select(mark => mark.Outcome).Should().BeEquivalentTo([InboxOutcome.DeadLettered, InboxOutcome.Handled]);
    }

    [SpecificationFact]
    public async Task Defer_TooOld_DeadLettersIt()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromMilliseconds(20)).Configure(options => options.MaxDeferredAge = Soon));
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("poison");
        ConsumerApplication.Send(Broker, "poison", "key");

        await ConsumerApplication.EventuallyAsync(() => app.Events.DeadLettered == 1, "given up for its age");

        (await app.OutboxAsync()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Defer_CannotBeRead_DeadLettersItAtOnceAlthoughItsKeyWaits()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1)));
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("away");
        ConsumerApplication.Send(Broker, "1", "key");
        await ConsumerApplication.EventuallyAsync(() => app.Events.Deferred == 1, "deferred");
        Broker.Append(ConsumerApplication.Topic, ConsumerApplication.Bytes("key"), ConsumerApplication.Bytes("{ broken"), new MessageHeaders().Add(OutboxHeaders.MessageType, "note"));

        await ConsumerApplication.EventuallyAsync(() => app.Events.DeadLettered == 1, "dead-lettered");

        (await app.DeferredAsync()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Defer_CopyOfADeferredMessage_IsSkipped()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromHours(1)));
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("away");
        var id = Guid.NewGuid();
        ConsumerApplication.Send(Broker, "1", "key", id);
        ConsumerApplication.Send(Broker, "1", "key", id);

        await ConsumerApplication.EventuallyAsync(() => app.Events is { Deferred: 1, Duplicates: 1 }, "the copy skipped");

        (await app.DeferredAsync()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Defer_HandlersAreGone_DeadLettersIt()
    {
        await using (var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromMilliseconds(1))))
        {
            app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("away");
            ConsumerApplication.Send(Broker, "1", "key");
            await ConsumerApplication.EventuallyAsync(() => app.Events.Deferred >= 1, "deferred");
        }

        await using var next = await StartAsync(new ApplicationShape
        {
            Consumer = consumer => Defer(consumer, TimeSpan.FromMilliseconds(1)),
            MessageName = "renamed",
        });
        await ConsumerApplication.EventuallyAsync(() => next.Events.DeadLettered == 1, "dead-lettered");

        (await next.DeferredAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public Task Defer_CommitOutcomeOfTheRetryUnknown_HasItsEffectOnce() => MustHaveOneEffectAsync(hasRetryingStrategy: false);

    [SpecificationFact]
    public Task Defer_CommitOutcomeOfTheRetryUnknownAndTheStrategyRetries_HasItsEffectOnce() => MustHaveOneEffectAsync(hasRetryingStrategy: true);

    [SpecificationFact]
    public async Task Defer_CommitOfTheRetryFails_TriesAgainAndHasItsEffectOnce()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromMilliseconds(10)));
        app.Script.Handle = (db, note, context, _) =>
        {
            if (context.Attempt <= 3)
            {
                throw new InvalidOperationException("away");
            }

            if (context.Attempt == 4)
            {
                app.Commits.FailBefore(1);
            }

            NoteScript.AddEffect(db, note, context);
            return Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "1", "key");

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "handled");

        (await app.EffectsAsync()).Should().Equal("1");
        (await app.DeferredAsync()).Should().BeEmpty();
    }

    private async Task MustHaveOneEffectAsync(bool hasRetryingStrategy)
    {
        await using var app = await StartAsync(new ApplicationShape
        {
            Consumer = consumer => Defer(consumer, Soon),
            HasRetryingStrategy = hasRetryingStrategy,
        });
        app.Script.Handle = (db, note, context, _) =>
        {
            if (context.Attempt <= 3)
            {
                throw new InvalidOperationException("away");
            }

            app.Commits.FailAfter(1);
            NoteScript.AddEffect(db, note, context);
            return Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "1", "key");

        await ConsumerApplication.EventuallyAsync(async () => (await app.EffectsAsync()).Count == 1 && app.Events.Handled == 1, "handled");

        (await app.DeferredAsync()).Should().BeEmpty();
        app.Script.Calls.Should().HaveCount(4);
        (await app.MarksAsync()).Should().ContainSingle().Which.Outcome.Should().Be(InboxOutcome.Handled);
    }

    private static ConsumerBuilder Defer(ConsumerBuilder consumer, TimeSpan delay, int attempts = 1_000) => consumer.Configure(options =>
    {
        options.DeferredAttempts = attempts;
        options.DeferredDelay = delay;
        options.MaxDeferredDelay = delay;
    });
}
