using Outbox.Specifications.Running;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public async Task NaturalKey_OtherIds_IsOneMessage()
    {
        await using var trial = await TryAsync(new ApplicationShape
        {
            Consumer = consumer => consumer
                .Handle<Note, NoteHandler>("natural", handler => handler.NaturalKey(note => note.Text.Split(' ')[0]))
                .HandleBatch<Note, NoteBatchHandler>("natural-batch", handler => handler.NaturalKey(note => note.Text.Split(' ')[0])),
        });
        foreach (var type in new[] { "natural", "natural-batch" })
        {
            var sent = new[] { "payment-1 first", "payment-2 first", "payment-1 second" }
                .Select(text => ConsumerApplication.Send(Broker, $"{text} {type}", "key", type: type)).ToList();
            (await trial.RunAllAsync(sent)).Should().OnlyContain(isSettled => isSettled, type);
            (await trial.RunAllAsync([ConsumerApplication.Send(Broker, $"payment-2 third {type}", "key", type: type)])).Should().Equal([true], type);
        }

        (await trial.App.EffectsAsync()).Should().Equal(
            "payment-1 first natural", "payment-2 first natural", "payment-1 first natural-batch", "payment-2 first natural-batch");
        trial.App.Events.Duplicates.Should().Be(4);
    }

    [SpecificationFact]
    public async Task NaturalKey_OfADeadLetter_IsThatOfItsRedrive()
    {
        await using var app = await StartAsync(consumer => consumer
            .Handle<Note, NoteHandler>("natural", handler => handler.NaturalKey(note => note.Text)));
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("poison");
        ConsumerApplication.Send(Broker, "payment-1", "key", type: "natural");
        await ConsumerApplication.EventuallyAsync(() => app.Events.DeadLettered == 1, "dead-lettered");
        await app.RelayAsync(Broker);
        app.Script.Handle = null;

        var result = await app.Redrive.RedriveAsync(new RedriveRequest(ConsumerApplication.Consumer, ConsumerApplication.Topic));
        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 1, "handled");
        ConsumerApplication.Send(Broker, "payment-1", "key", type: "natural");
        await ConsumerApplication.EventuallyAsync(() => app.Events.Duplicates == 1, "a copy skipped");

        result.Redriven.Should().Be(1);
        (await app.EffectsAsync()).Should().Equal("payment-1");
    }

    [SpecificationFact]
    public async Task NaturalKey_KeyThrowsOrIsNull_IsDeadLetteredOrCountsItsId()
    {
        await using var trial = await TryAsync(new ApplicationShape
        {
            Consumer = consumer => consumer.Handle<Note, NoteHandler>(
                "natural", handler => handler.NaturalKey(note => note.Text == "bad" ? throw new FormatException("no key") : null)),
        });
        var id = Guid.NewGuid();

        await trial.RunAllAsync(
        [
            ConsumerApplication.Send(Broker, "bad", "a", type: "natural"),
            ConsumerApplication.Send(Broker, "good", "b", id, "natural"),
            ConsumerApplication.Send(Broker, "good", "b", id, "natural"),
        ]);

        (await trial.App.EffectsAsync()).Should().Equal("good");
        (trial.App.Events.DeadLettered, trial.App.Events.Duplicates).Should().Be((1, 1));
        trial.Script.Calls.Single().MessageId.Should().Be(id);
    }

    [SpecificationFact]
    public async Task NaturalKey_WithoutIds_IsRefusedAtStart()
    {
        await using var app = NewApplication(new ApplicationShape
        {
            Consumer = consumer => consumer
                .Handle<Note, NoteHandler>("natural", handler => handler.NaturalKey(note => note.Text))
                .Configure(options => options.Deduplication = DeduplicationMode.Offsets),
        });

        var start = () => app.StartAsync();

        (await start.Should().ThrowAsync<OutboxException>()).WithMessage("*NaturalKey*Offsets*");
    }
}
