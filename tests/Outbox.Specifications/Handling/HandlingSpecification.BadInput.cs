using Outbox.DeadLetters;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public async Task BadInput_CannotBeRead_IsDeadLetteredWithItsBytesAndHarmsNoOther()
    {
        (string? Type, string? Body)[] unreadable =
            [("unknown", "{}"), (null, "{}"), ("", "{}"), (OwnNote, "{ broken"), (OwnNote, "null"), (OwnNote, ""), (OwnNote, "[]"), (OwnNote, null)];
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            var sent = new List<ReceivedMessage>();
            foreach (var (type, body) in unreadable)
            {
                var headers = new MessageHeaders();
                if (type is not null)
                {
                    headers.Add(OutboxHeaders.MessageType, type == OwnNote ? level : type);
                }

                sent.Add(Broker.Append(
                    ConsumerApplication.Topic, ConsumerApplication.Bytes($"bad {sent.Count}"), body is null ? null : ConsumerApplication.Bytes(body), headers));
                sent.Add(ConsumerApplication.Send(Broker, $"{level} {sent.Count}", "good", type: level));
            }

            (await trial.RunAllAsync(sent)).Should().Equal(sent.Select((_, i) => i % 2 == 1), level);

            trial.App.Events.DeadLettered.Should().Be(unreadable.Length);
            trial.Script.Calls.Should().HaveCount(unreadable.Length, "what is good, and nothing else");
        }

        await using var app = NewApplication();
        var letters = await app.OutboxAsync();
        letters.Select(letter => letter.Payload is null ? null : System.Text.Encoding.UTF8.GetString(letter.Payload))
            .Should().Equal(Levels.SelectMany(_ => unreadable.Select(message => message.Body)));
        letters.ConvertAll(ConsumerApplication.HeadersOf).Should().OnlyContain(
            headers => headers.GetText(DeadLetterHeaders.ErrorType) == typeof(MessageFormatException).FullName);
    }

    [SpecificationFact]
    public async Task BadInput_HeadersOfMegabytes_AreHandedToTheHandlerAndKeptInADeadLetter()
    {
        const int Size = 3 * 1024 * 1024;
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync(new ApplicationShape { Consumer = consumer => consumer.Configure(options => options.MaxAttempts = 1) });
            trial.Script.Handle = FailPoison;
            var sent = new[] { "good", "poison" }.Select(text => Broker.Append(
                ConsumerApplication.Topic,
                ConsumerApplication.Bytes(text),
                ConsumerApplication.Bytes($$"""{"text":"{{level}} {{text}}"}"""),
                new MessageHeaders().Add(OutboxHeaders.MessageType, level).Add(new MessageHeader("huge", new byte[Size])))).ToList();

            (await trial.RunAllAsync(sent)).Should().Equal([true, false], level);

            trial.Script.Calls.Should().OnlyContain(call => call.Headers[call.Headers.Count - 1].Value!.Length == Size);
        }

        await using var app = NewApplication();
        (await app.EffectsAsync()).Should().Equal(Levels.Select(level => $"{level} good"));
        (await app.OutboxAsync()).ConvertAll(ConsumerApplication.HeadersOf).Should().HaveCount(Levels.Length)
            .And.OnlyContain(headers => headers.Single(header => header.Name == "huge").Value!.Length == Size);
    }

    [SpecificationFact]
    public async Task BadInput_NullKeys_AreHandledWithoutOrder()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            trial.Script.Handle = FailPoison;
            var sent = new[] { "1", "poison", "2", "3" }.Select(text => ConsumerApplication.Send(Broker, $"{level} {text}", type: level)).ToList();

            (await trial.RunAllAsync(sent)).Should().Equal([true, false, true, true], "nothing stands behind a message without a key");

            (await trial.App.EffectsAsync()).Count(text => text.StartsWith(level, StringComparison.Ordinal)).Should().Be(3, level);
            trial.Script.Calls.Should().OnlyContain(call => call.Key == null);
        }
    }

    [SpecificationFact]
    public async Task BadInput_IdsThatAreNoUuids_RecogniseCopiesOfTheirTopicOnly()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            ReceivedMessage[] sent =
            [
                WithId(ConsumerApplication.Topic, level, $"{level}-17", "first"),
                WithId(ConsumerApplication.Topic, level, $"{level}-17", "copy"),
                WithId("other-topic", level, $"{level}-17", "another"),
                WithId(ConsumerApplication.Topic, level, "", "without"),
                WithId(ConsumerApplication.Topic, level, Guid.Empty.ToString(), "empty"),
                WithId(ConsumerApplication.Topic, level, Guid.Empty.ToString(), "empty again"),
                WithId(ConsumerApplication.Topic, level, level + new string('x', 100_000), "very long"),
            ];

            (await trial.RunAllAsync(sent)).Should().OnlyContain(isSettled => isSettled, level);

            (await trial.App.EffectsAsync()).Where(text => text.StartsWith(level + " ", StringComparison.Ordinal)).Should().BeEquivalentTo(
                new[] { "first", "another", "without", "empty", "empty again", "very long" }.Select(text => $"{level} {text}"), "only the copy is one");
            trial.App.Events.Duplicates.Should().Be(1, level);
        }
    }

    [SpecificationFact]
    public async Task BadInput_UuidRepeatedFromAnotherTopic_IsAnotherMessage()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            var id = Guid.CreateVersion7().ToString();
            ReceivedMessage[] sent =
            [
                WithId(ConsumerApplication.Topic, level, id, "first"),
                WithId("other-topic", level, id, "another"),
                WithId(ConsumerApplication.Topic, level, id, "copy of the first"),
                WithId("other-topic", level, id, "copy of another"),
            ];

            await trial.RunAllAsync(sent);
            await trial.RunAllAsync([sent[1], sent[3]]);
            await trial.RunAllAsync([sent[0]]);

            (await trial.App.EffectsAsync()).Where(text => text.StartsWith(level + " ", StringComparison.Ordinal)).Should().BeEquivalentTo(
                [$"{level} first", $"{level} another"], "an id is a message's own within its topic");
            (trial.App.Events.Handled, trial.App.Events.Duplicates).Should().Be((2, 5), level);
            (await trial.App.MarksAsync()).Count(mark => mark.MessageId == Guid.Parse(id)).Should().Be(2, "each message has its mark, under the id that it came with");
        }
    }

    [SpecificationFact]
    public async Task BadInput_UuidRepeatedFromAnotherTopicFails_IsDeferredAndDeadLetteredByItself()
    {
        await using var trial = await TryAsync(new ApplicationShape
        {
            Consumer = consumer => Defer(consumer, TimeSpan.FromMinutes(1)).Configure(options => options.MaxAttempts = 1),
        });
        var id = Guid.CreateVersion7().ToString();
        var first = WithId(ConsumerApplication.Topic, OwnNote, id, "first");
        var other = WithId("other-topic", OwnNote, id, "poison");
        trial.Script.Handle = FailPoison;

        await trial.RunAllAsync([first, other]);
        await trial.RunAllAsync([other, first]);

        (await trial.App.EffectsAsync()).Should().Equal($"{OwnNote} first");
        (await trial.App.DeferredAsync()).Should().ContainSingle().Which.Topic.Should().Be("other-topic");
        (await trial.App.MarksAsync()).Select(mark => mark.Outcome).Should().BeEquivalentTo([InboxOutcome.Handled, InboxOutcome.Deferred]);

        var deferred = (await trial.App.DeferredAsync()).Single();
        (await trial.App.Deferred.DiscardAsync(ConsumerApplication.Consumer, [deferred.Id], "the test")).Should().Be(1);
        (await trial.App.MarksAsync()).Select(mark => mark.Outcome).Should().BeEquivalentTo(
            [InboxOutcome.Handled, InboxOutcome.Discarded], "the other message's mark is left alone");
    }

    [SpecificationFact]
    public async Task BadInput_PartitionTakenFromAHandlerThatNeverReturns_IsHandledByTheNextInstance()
    {
        var isStuck = 1;
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = await StartAsync(consumer => consumer.Configure(options =>
        {
            options.HandlerTimeout = TimeSpan.FromMilliseconds(100);
            options.StopTimeout = TimeSpan.Zero;
        }));
        app.Script.Handle = async (db, note, context, _) =>
        {
            if (note.Text == "stuck" && Interlocked.Exchange(ref isStuck, 0) == 1)
            {
                // Before anything is written beyond the mark: on some databases the mark alone keeps others waiting.
                await mayEnd.Task;
            }

            NoteScript.AddEffect(db, note, context);
        };
        ConsumerApplication.Send(Broker, "stuck", "key");
        ConsumerApplication.Send(Broker, "behind", "key");
        await ConsumerApplication.EventuallyAsync(() => Volatile.Read(ref isStuck) == 0, "the handler entered");
        await app.StopAsync();

        await using (var next = await StartAsync())
        {
            if (!await HandledWithinAsync(next, TimeSpan.FromSeconds(1)))
            {
                // Where the database does not end idle transactions itself, the process must end.
                mayEnd.SetResult();
            }

            await ConsumerApplication.EventuallyAsync(() => next.Events.Handled == 2, "both handled by the next instance");
            (await next.EffectsAsync()).Should().Equal("stuck", "behind");
        }

        mayEnd.TrySetResult();
        await app.DisposeAsync();
    }

    private static async Task<bool> HandledWithinAsync(ConsumerApplication app, TimeSpan time)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (app.Events.Handled < 2 && System.Diagnostics.Stopwatch.GetElapsedTime(started) < time)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        return app.Events.Handled == 2;
    }

    private ReceivedMessage WithId(string topic, string type, string id, string text) => Broker.Append(
        topic,
        ConsumerApplication.Bytes(text),
        ConsumerApplication.Bytes($$"""{"text":"{{type}} {{text}}"}"""),
        new MessageHeaders().Add(OutboxHeaders.MessageType, type).Add(OutboxHeaders.MessageId, id));
}
