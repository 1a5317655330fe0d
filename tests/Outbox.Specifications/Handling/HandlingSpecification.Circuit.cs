using Outbox.Specifications.Running;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public async Task Circuit_DependencyIsAway_DefersAFewProbesAndGoesOnInOrder()
    {
        await using var app = await StartAsync(consumer => Defer(consumer, TimeSpan.FromMilliseconds(200)).Configure(options =>
        {
            options.CircuitFailures = 5;
            options.CircuitBreak = TimeSpan.FromMilliseconds(100);
            options.MaxCircuitBreak = TimeSpan.FromMilliseconds(100);
        }));
        var isAway = true;
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return isAway ? throw new InvalidOperationException("away") : Task.CompletedTask;
        };
        for (var i = 0; i < 200; i++)
        {
            ConsumerApplication.Send(Broker, $"{i % 40}:{i / 40}", $"key {i % 40}");
        }

        await ConsumerApplication.EventuallyAsync(() => app.Events.IsCircuitOpen, "open");
        var calls = app.Script.Calls.Count;
        await ConsumerApplication.EventuallyAsync(() => app.Script.Calls.Count > calls, "a probe");
        (await app.DeferredAsync()).Count.Should().BeLessThan(100, "the topic is not deferred as a whole");
        isAway = false;

        await ConsumerApplication.EventuallyAsync(() => app.Events.Handled == 200, "all handled");
        app.Events.IsCircuitOpen.Should().BeFalse();
        app.Events.CircuitOpenings.Should().BeGreaterThan(0);
        foreach (var key in (await app.EffectsAsync()).GroupBy(text => text.Split(':')[0]))
        {
            key.Should().Equal(Enumerable.Range(0, 5).Select(i => $"{key.Key}:{i}"));
        }
    }
}
