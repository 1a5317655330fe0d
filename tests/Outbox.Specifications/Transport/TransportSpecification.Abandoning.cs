using System.Diagnostics;
using Outbox.Specifications.Running;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

public abstract partial class TransportSpecification
{
    [SpecificationFact]
    public async Task Abandon_MessagesInFlight_EachHasOneOutcomeWhenItEnds()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var sink = new RecordingSink();
        await using (var sender = transport.Sending.OpenSender(sink))
        {
            for (var i = 0; i < 5_000; i++)
            {
                sender.TrySend(Message(topic, "key", Text(i)), i).Should().BeTrue();
            }

            await sender.AbandonAsync();
            sink.Count.Should().Be(5_000);
            await sender.AbandonAsync();
        }

        sink.Count.Should().Be(5_000);
        sink.Outcomes.Select(outcome => outcome.Tag).Should().OnlyHaveUniqueItems();
        sink.Outcomes.Should().OnlyContain(
            outcome => outcome.Outcome.IsDelivered || outcome.Outcome.Failure == DeliveryFailure.Abandoned);
        AppendedMustBeAPrefix(transport, topic, sink.Outcomes.Count(outcome => outcome.Outcome.IsDelivered));
    }

    [SpecificationFact]
    public async Task Abandon_Abandoned_AcceptsNothingMore()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var sink = new RecordingSink();
        await using var sender = transport.Sending.OpenSender(sink);
        await sender.AbandonAsync();

        var send = () => sender.TrySend(Message(topic, "key", "late"), 1);

        send.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Fatal);
        sink.Count.Should().Be(0);
    }

    [SpecificationFact]
    public async Task Abandon_BrokerAway_EndsSoonWithEveryOutcome()
    {
        if (!Capabilities.HasFlag(TransportCapabilities.Unreachable))
        {
            return;
        }

        var transport = await CreateAsync(TransportVariant.Unreachable);
        var sink = new RecordingSink();
        await using var sender = transport.Sending.OpenSender(sink);
        for (var i = 0; i < 1_000; i++)
        {
            sender.TrySend(Message("nowhere", "key", Text(i)), i).Should().BeTrue();
        }

        var started = Stopwatch.GetTimestamp();
        await sender.AbandonAsync();

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(10));
        sink.Outcomes.Should().HaveCount(1_000);
        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.Failure == DeliveryFailure.Abandoned);
    }

    [SpecificationFact]
    public async Task Dispose_MessagesOpen_GivesTheirOutcomesFirst()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var sink = new RecordingSink();
        await using (var sender = transport.Sending.OpenSender(sink))
        {
            for (var i = 0; i < 500; i++)
            {
                sender.TrySend(Message(topic, "key", Text(i)), i).Should().BeTrue();
            }
        }

        sink.Outcomes.Select(outcome => outcome.Tag).Should().BeEquivalentTo(Enumerable.Range(0, 500).Select(i => (long)i));
    }

    /// <summary>What was abandoned may have been appended, but never with a hole before it.</summary>
    private static void AppendedMustBeAPrefix(TransportUnderTest transport, string topic, int delivered)
    {
        var payloads = Payloads(ReceiveAll(transport, topic, delivered));
        payloads.Count.Should().BeGreaterThanOrEqualTo(delivered);
        payloads.Should().Equal(Enumerable.Range(0, payloads.Count).Select(Text));
    }
}
