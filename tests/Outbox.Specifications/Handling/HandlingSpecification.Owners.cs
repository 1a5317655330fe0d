using Outbox.Specifications.Running;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public async Task DeferredOwner_StopsBeforeTheRetry_TheNextInstanceRunsItInOrder()
    {
        await using (var app = await StartAsync(consumer => Defer(consumer, Soon)))
        {
            app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("away");
            ConsumerApplication.Send(Broker, "1", "key");
            ConsumerApplication.Send(Broker, "2", "key");
            await ConsumerApplication.EventuallyAsync(async () => (await app.DeferredAsync()).Count == 2, "both deferred");
        }

        await using var next = await StartAsync(consumer => Defer(consumer, Soon));
        ConsumerApplication.Send(Broker, "3", "key");
        await ConsumerApplication.EventuallyAsync(() => next.Events.Handled == 3, "all handled");

        (await next.EffectsAsync()).Should().Equal("1", "2", "3");
    }

    [SpecificationFact]
    public async Task DeferredOwner_IsCutOffInTheHandler_TheNextInstanceRunsItOnce()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, Soon).Configure(options => options.StopTimeout = TimeSpan.Zero));
        var isEntered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Script.Handle = async (db, note, context, token) =>
        {
            if (context.Attempt <= 3)
            {
                throw new InvalidOperationException("away");
            }

            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            isEntered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        ConsumerApplication.Send(Broker, "1", "key");
        await isEntered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await app.StopAsync();

        await using var next = await StartAsync(consumer => Defer(consumer, Soon));
        await ConsumerApplication.EventuallyAsync(() => next.Events.Handled == 1, "handled by the next");

        (await next.EffectsAsync()).Should().Equal("1");
        next.Script.Calls.Should().ContainSingle().Which.Attempt.Should().Be(4, "what was cut off is no attempt");
        (await next.DeferredAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task DeferredOwner_IsExpelledInTheHandlerAndGoesOn_HasTheEffectOnce()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, Soon));
        var isEntered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Script.Handle = async (db, note, context, _) =>
        {
            if (context.Attempt <= 3 && note.Text == "1")
            {
                throw new InvalidOperationException("away");
            }

            // Before anything is written, so that the database is free where writers exclude each other.
            isEntered.TrySetResult();
            await mayEnd.Task;
            NoteScript.AddEffect(db, note, context);
        };
        ConsumerApplication.Send(Broker, "1", "key");
        ConsumerApplication.Send(Broker, "2", "key");
        await isEntered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await using var other = await StartAsync(consumer => Defer(consumer, Soon));
        Broker.ExpelMembers(ConsumerApplication.Group);
        mayEnd.SetResult();

        await ConsumerApplication.EventuallyAsync(async () => (await app.EffectsAsync()).Count >= 2, "both handled");
        await ConsumerApplication.EventuallyAsync(async () => (await app.DeferredAsync()).Count == 0, "nothing waits");

        (await app.EffectsAsync()).Should().Equal("1", "2");
    }

    [SpecificationFact]
    public async Task DeferredOwner_TwoInstancesAndManyKeys_HaveEveryEffectOnceAndInOrder()
    {
        // Few lanes: on SQLite they all wait for one lock.
        var shape = new ApplicationShape
        {
            Consumer = consumer => Defer(consumer, TimeSpan.FromMilliseconds(20)).Configure(options => options.Lanes = 2),
        };
        await using var first = await StartAsync(shape);
        await using var second = NewApplication(shape);
        foreach (var app in new[] { first, second })
        {
            app.Script.Handle = (db, note, context, _) =>
            {
                NoteScript.AddEffect(db, note, context);
                return context.Offset % 5 == 0 && context.Attempt <= 4 ? throw new InvalidOperationException("away") : Task.CompletedTask;
            };
        }

        for (var i = 0; i < 30; i++)
        {
            ConsumerApplication.Send(Broker, $"{i % 6}:{i / 6}", $"key {i % 6}");
            if (i == 10)
            {
                await second.StartAsync();
            }

            if (i == 20)
            {
                Broker.ExpelMembers(ConsumerApplication.Group);
            }
        }

        await ConsumerApplication.EventuallyAsync(async () => (await first.EffectsAsync()).Count >= 30, "all handled");

        var effects = await first.EffectsAsync();
        foreach (var key in effects.GroupBy(text => text[0]))
        {
            key.Should().Equal(Enumerable.Range(0, 5).Select(i => $"{key.Key}:{i}"), "once and in order");
        }
    }
}
