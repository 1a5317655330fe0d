using Microsoft.Extensions.DependencyInjection;
using Outbox.Relay;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Relay;

/// <summary>Pause, resume and drain.</summary>
public abstract partial class RelaySpecification
{
    private IOutboxControl Control => Relay.Services.GetRequiredKeyedService<IOutboxControl>(typeof(RelayContext));

    [SpecificationFact]
    public async Task Pause_WhileTwoRelaysRun_BothObeyUntilResumed()
    {
        await using var other = NewRelay();
        await Relay.StartAsync();
        await other.StartAsync();
        await Relay.EnqueueAsync(Spread("before"));
        await QuietAsync();

        await Control.PauseAsync(requestedBy: "tests");
        await Eventually.BeTrueAsync(() => PausedOf(Relay).All && PausedOf(other).All, "both relays obey");
        await Relay.EnqueueAsync(Spread("while"));
        Relay.Services.GetRequiredKeyedService<Outbox.Signals.RelayWakeup>(typeof(RelayContext)).Signal();
        await Task.Delay(300);
        Broker.Payloads.Should().OnlyContain(payload => payload.StartsWith("before"));

        await Control.ResumeAsync();
        await QuietAsync();
        Broker.Log.Should().HaveCount(128);
        Broker.Log.GroupBy(message => message.Key).Should().AllSatisfy(key => key.Select(message => message.Payload[0]).Should().Equal('b', 'w'));
    }

    [SpecificationFact]
    public async Task Pause_OneTopic_OthersFlowAndItGoesOnInItsOrder()
    {
        await UseOptionsAsync(options => options.BatchSize = 1);
        await Control.PauseAsync("orders");
        await using var other = NewRelay();
        await Relay.EnqueueAsync(("orders", "a", "1"), ("payments", "a", "p1"), ("orders", "b", "2"), ("orders", "a", "3"), ("payments", "b", "p2"));
        await Relay.StartAsync();
        await other.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Log.Count == 2, "the other topic flows");
        await Relay.EnqueueAsync(("orders", "a", "4"), ("payments", "c", "p3"));
        await Eventually.BeTrueAsync(() => Broker.Log.Count == 3, "the other topic goes on flowing");
        Broker.Payloads.Should().BeEquivalentTo("p1", "p2", "p3");

        await Control.ResumeAsync("orders");
        await QuietAsync();

        Broker.Payloads.Should().HaveCount(7).And.OnlyHaveUniqueItems();
        Broker.Log.Where(message => message is { Topic: "orders", Key: "a" }).Select(message => message.Payload).Should().Equal("1", "3", "4");
    }

    [SpecificationFact]
    public async Task Pause_RelayThatStartsLater_ObeysFromItsFirstRead()
    {
        await Control.PauseAsync();
        await Relay.EnqueueAsync(("orders", "a", "1"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(async () => (await Relay.GetOwnersAsync()).TrueForAll(owner => owner != null), "it owns the buckets");
        await Eventually.BeTrueAsync(() => PausedOf(Relay).All, "it has read what is asked for");

        Broker.Log.Should().BeEmpty();
        await Control.ResumeAsync();
        await QuietAsync();
    }

    [SpecificationFact]
    public async Task Drain_MessagesWaiting_SendsThemAndPausesThen()
    {
        await using var other = NewRelay();
        await Control.PauseAsync();
        await Relay.EnqueueAsync(Spread("drained"));
        await Relay.StartAsync();
        await other.StartAsync();
        Broker.Hang();

        await Control.DrainAsync();
        await Eventually.BeTrueAsync(() => Broker.Accepted == 64, "they are handed over");
        (await Control.GetAsync()).Should().ContainSingle().Which.State.Should().Be(OutboxControlState.Draining, "none is acknowledged");
        Broker.Answer();

        await Eventually.BeTrueAsync(async () => (await Control.GetAsync())[0].State == OutboxControlState.Paused, "the drain has ended");
        Broker.Log.Should().HaveCount(64);
        await Eventually.BeTrueAsync(() => PausedOf(Relay).All && PausedOf(other).All, "both relays obey");
        await Relay.EnqueueAsync(("orders", "a", "after"));
        await Task.Delay(300);
        Broker.Log.Should().HaveCount(64);
    }

    private static (string Topic, string? Key, string Payload)[] Spread(string payload) =>
        [.. Enumerable.Range(0, 64).Select(i => ("orders", (string?)$"key-{i}", $"{payload}-{i}"))];

    private static PausedTopics PausedOf(RelayHarness relay) => relay.Services.GetRequiredKeyedService<PausedTopics>(typeof(RelayContext));
}
