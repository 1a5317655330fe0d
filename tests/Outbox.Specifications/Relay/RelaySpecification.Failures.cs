using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox.Diagnostics;
using Outbox.Health;
using Outbox.Relay;
using Outbox.Specifications.Running;
using Outbox.Transport;

namespace Outbox.Specifications.Relay;

/// <content>What becomes of messages that cannot be sent, and of those beside them.</content>
public abstract partial class RelaySpecification
{
    [SpecificationFact]
    public async Task Relay_SenderFailsAgainAndAgain_TriesAgainInOrderAndBlamesNoMessage()
    {
        await UseOptionsAsync(options => options.BatchSize = 25);
        foreach (var failure in new[] { DeliveryFailure.Transient, DeliveryFailure.Fatal, DeliveryFailure.Abandoned, DeliveryFailure.Fatal })
        {
            Broker.Faults.Enqueue(failure);
        }

        await Relay.EnqueueAsync([.. Enumerable.Range(0, 100).Select(i => ("orders", (string?)$"key-{i % 7}", $"{i}"))]);

        await Relay.StartAsync();

        await QuietAsync();
        Broker.Payloads.Should().Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), "what a failed sender had is read again from the lowest id");
        Broker.Senders.Should().BeGreaterThanOrEqualTo(5, "each failure ends its sender");
        (await Relay.GetParkedAsync()).Should().BeEmpty("no message is to blame");
    }

    [SpecificationFact]
    public async Task Relay_DeadLetterPolicy_MovesOnlyTheMessage()
    {
        await UseOptionsAsync(options => options.PoisonMessages = PoisonMessagePolicy.DeadLetter);
        Broker.Poison["2"] = true;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"), ("orders", "a", "3"));

        await Relay.StartAsync();

        await QuietAsync();
        Broker.Payloads.Should().Equal("1", "3");
        (await Relay.GetParkedAsync()).Should().Equal("2");
    }

    [SpecificationFact]
    public async Task Relay_BlockPolicy_TheTopicWaitsAndOthersFlow()
    {
        await UseOptionsAsync(options => options.PoisonMessages = PoisonMessagePolicy.Block);
        Broker.Poison["2"] = true;
        Broker.RequestSize = 1;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"), ("orders", "b", "3"), ("payments", "c", "4"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Payloads.Contains("4"), "another topic flows");
        await Relay.EnqueueAsync(("orders", "a", "5"), ("payments", "c", "6"));
        await Eventually.BeTrueAsync(() => Broker.Payloads.Contains("6"), "another topic goes on flowing");
        Broker.Payloads.Should().NotContain("5");

        Broker.Poison.Clear();

        await QuietAsync();
        Broker.Payloads.Where(payload => payload is "1" or "2" or "5").Should().Equal("1", "2", "5");
    }

    [SpecificationFact]
    public async Task Relay_BlockPolicyInATopicOfSeveralPartitions_OnlyItsPartitionWaits()
    {
        // A batch is far less than waits in the partition: what waits must not take up the reads of the others.
        await UseOptionsAsync(options => (options.PoisonMessages, options.BatchSize) = (PoisonMessagePolicy.Block, 4));
        Broker.Partitions["orders"] = 3;
        Broker.Poison["poison"] = true;
        Broker.RequestSize = 1;
        var keys = Enumerable.Range(0, 20).Select(i => $"key-{i}").ToLookup(key => Broker.PartitionOf("orders", key));
        await Relay.EnqueueAsync(("orders", keys[1].First(), "poison"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => StatusOf(Relay).StalledTopics.ContainsKey("orders [1]"), "operators see which partition waits");

        await Relay.EnqueueAsync([.. keys[1].SelectMany(key => new[] { ("orders", (string?)key, $"{key} 1"), ("orders", key, $"{key} 2") })]);
        await Relay.EnqueueAsync([.. keys[0].Concat(keys[2]).Select(key => ("orders", (string?)key, $"{key} 1")), ("orders", null, "keyless"), ("payments", keys[1].First(), "paid")]);

        await Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 1 + (2 * keys[1].Count()), "all but that partition are sent");
        Broker.Log.Should().NotContain(message => message.Topic == "orders" && keys[1].Contains(message.Key));
        (await Relay.GetParkedAsync()).Should().BeEmpty("nothing is moved aside");

        Broker.Poison.Clear();

        await QuietAsync();
        Broker.Log.Should().OnlyHaveUniqueItems();
        Broker.Log.Where(message => message.Topic == "orders" && message.Key == keys[1].First()).Select(message => message.Payload)
            .Should().Equal("poison", $"{keys[1].First()} 1", $"{keys[1].First()} 2");
        StatusOf(Relay).StalledTopics.Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Relay_MissingTopic_WaitsWithoutHoldingOthersUp()
    {
        Broker.MissTopic("later");
        await Relay.EnqueueAsync(("later", "a", "1"), ("orders", "a", "2"), ("later", "a", "3"), ("orders", "b", "4"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Log.Count == 2, "the other topic's messages are sent");
        Broker.Senders.Should().Be(1, "a missing topic costs nobody a producer");
        var health = await HealthAsync();
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().Contain("later");

        Broker.CreateTopic("later");

        await QuietAsync();
        Broker.Payloads.Should().Equal("2", "4", "1", "3");
        (await HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    private Task<HealthCheckResult> HealthAsync()
    {
        var check = new OutboxHealthCheck(StatusOf(Relay), new BacklogSamples(), [], Broker, new OutboxHealthOptions());
        return check.CheckHealthAsync(new HealthCheckContext { Registration = new HealthCheckRegistration("outbox", check, null, null) });
    }

    private static RelayStatus StatusOf(RelayHarness relay) => relay.Services.GetRequiredKeyedService<RelayStatus>(typeof(RelayContext));
}
