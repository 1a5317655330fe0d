using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using Outbox.Consumers;
using Outbox.Diagnostics;
using Outbox.Handling;
using Outbox.Operations;
using Outbox.Relay;
using Outbox.Tests.Relay;
using Outbox.Transport;

namespace Outbox.Tests.Diagnostics;

public sealed class OutboxMetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(2.5));
    private readonly IMeterFactory _meters;
    private readonly OutboxMetrics _metrics;

    public OutboxMetricsTests()
    {
        _meters = _services.GetRequiredService<IMeterFactory>();
        _metrics = new OutboxMetrics(_meters);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Sent_SeveralTopics_CountsEachAndMeasuresFromTheInsert()
    {
        using var sent = Collect<long>("messaging.client.sent.messages");
        using var latency = Collect<double>("outbox.relay.send_latency");

        _metrics.Sent(RelayRows.New(1, "orders"), _time);
        _metrics.Sent(RelayRows.New(2, "payments"), _time);
        _metrics.Sent(RelayRows.New(3, new string("orders")), _time);
        sent.RecordObservableInstruments();

        Of(sent, ("messaging.destination.name", "orders")).Should().Equal(2);
        Of(sent, ("messaging.destination.name", "payments")).Should().Equal(1);
        Of(latency, ("messaging.destination.name", "orders")).Should().Equal(2.5, 2.5);
    }

    [Fact]
    public void Sent_NobodyListens_AllocatesNothing()
    {
        var row = RelayRows.New(1);
        _metrics.Sent(row, _time);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++)
        {
            _metrics.Sent(row, _time);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "it happens for every message");
    }

    [Fact]
    public void SendProbe_OutcomesOfOneMessageAtATime_AreMeasuredWithTheirFailure()
    {
        using var durations = Collect<double>("messaging.client.operation.duration");
        var probe = new SendProbe(_metrics, _time);

        probe.Begin(7);
        probe.Begin(8);
        _time.Advance(TimeSpan.FromSeconds(1));
        probe.End(8, "orders", default);
        probe.End(7, "orders", default);
        probe.Begin(9);
        probe.Forget(9);
        probe.Begin(10);
        probe.End(10, "orders", new DeliveryOutcome(DeliveryFailure.Message, -1, -1, "too large"));

        Of(durations, ("messaging.operation.name", "send"), ("messaging.destination.name", "orders")).Should().Equal(1, 0);
        Of(durations, ("error.type", "Message")).Should().Equal(0d);
    }

    [Fact]
    public void SendProbe_NobodyListens_MeasuresNothing()
    {
        var probe = new SendProbe(_metrics, _time);
        probe.Begin(1);
        using var durations = Collect<double>("messaging.client.operation.duration");

        probe.End(1, "orders", default);

        durations.GetMeasurementSnapshot().Should().BeEmpty();
    }

    [Fact]
    public void Settled_ABatch_IsCountedAtOnce()
    {
        using var settled = Collect<long>("outbox.relay.settled");
        using var sizes = Collect<long>("outbox.relay.batch_size");

        _metrics.Settled(2_000);

        settled.GetMeasurementSnapshot().Should().ContainSingle().Which.Value.Should().Be(2_000);
        sizes.GetMeasurementSnapshot().Should().ContainSingle().Which.Value.Should().Be(2_000);
    }

    [Fact]
    public void Relay_RefusalsLeasesAndBuckets_AreShown()
    {
        using var refused = Collect<long>("outbox.relay.refused");
        using var changes = Collect<long>("outbox.relay.lease_changes");
        using var owned = Collect<long>("outbox.relay.owned_buckets");
        _metrics.AddRelay(typeof(string), () => 8);

        _metrics.Refused("orders");
        _metrics.LeasesChanged();
        owned.RecordObservableInstruments();

        Of(refused, ("messaging.destination.name", "orders")).Should().Equal(1);
        changes.GetMeasurementSnapshot().Should().ContainSingle().Which.Value.Should().Be(1);
        Of(owned, ("outbox.context", "String")).Should().Equal(8);
    }

    [Fact]
    public void Backlog_WhatWasFound_IsShownByPlaceAndTopic()
    {
        using var waiting = Collect<long>("outbox.waiting.messages");
        using var age = Collect<double>("outbox.waiting.oldest_age");
        using var deferred = Collect<long>("outbox.deferred.messages");
        using var keys = Collect<long>("outbox.parked.keys");
        using var unowned = Collect<long>("outbox.unowned_buckets");
        var overview = Overviews.Empty with
        {
            Waiting = Overviews.Of(MessagePlace.Waiting, TimeSpan.FromSeconds(90), ("orders", "", 3), ("payments", "", 1)),
            Deferred = Overviews.Of(MessagePlace.Deferred, default, ("orders", "billing", 2)),
            ParkedKeys = new RowCount(5, false),
            UnownedBuckets = 4,
        };

        _metrics.Sampled(typeof(string), overview);
        Record();

        Of(waiting, ("messaging.destination.name", "orders"), ("outbox.context", "String")).Should().Equal(3);
        Of(age, ("outbox.context", "String")).Should().Equal(90);
        Of(deferred, ("messaging.destination.name", "orders"), ("outbox.consumer", "billing")).Should().Equal(2);
        Of(keys, ("outbox.context", "String")).Should().Equal(5);
        Of(unowned, ("outbox.context", "String")).Should().Equal(4);

        _metrics.Sampled(typeof(string), Overviews.Empty);
        Record();
        Of(waiting, ("messaging.destination.name", "orders")).Should().Equal([3, 0], "a graph falls to zero and does not break off");

        _metrics.Sampled(typeof(string), null);
        Record();
        Of(waiting, ("messaging.destination.name", "orders")).Should().Equal([3, 0], "what could not be found out is not shown");

        void Record()
        {
            waiting.RecordObservableInstruments();
            age.RecordObservableInstruments();
            deferred.RecordObservableInstruments();
            keys.RecordObservableInstruments();
            unowned.RecordObservableInstruments();
        }
    }

    [Fact]
    public void WatchesBacklog_OnlyWhileSomebodyListensToIt()
    {
        using (Collect<long>("outbox.relay.settled"))
        {
            _metrics.WatchesBacklog.Should().BeFalse("that counter needs no query");
        }

        using (Collect<long>("outbox.waiting.messages"))
        {
            _metrics.WatchesBacklog.Should().BeTrue();
        }

        _metrics.WatchesBacklog.Should().BeFalse();
    }

    [Fact]
    public void Consumer_OutcomesLagAndCircuit_AreShown()
    {
        using var messages = Collect<long>("outbox.consumer.messages");
        using var lag = Collect<long>("outbox.consumer.lag");
        using var partitions = Collect<long>("outbox.consumer.partitions");
        using var circuit = Collect<long>("outbox.consumer.circuit_open");
        var events = new HandlingEvents();
        var status = new ConsumerStatus("billing", events, _time);
        _metrics.AddConsumer("billing", status.Read);
        events.OnSettled(HandlingOutcome.Handled);
        events.OnSettled(HandlingOutcome.Handled);
        events.OnSettled(HandlingOutcome.DeadLettered);
        events.OnCircuit(isOpen: true);
        status.Turned([new PartitionLag("orders", 0, 7), new PartitionLag("orders", 1, null)]);

        messages.RecordObservableInstruments();
        lag.RecordObservableInstruments();
        partitions.RecordObservableInstruments();
        circuit.RecordObservableInstruments();

        Of(messages, ("outbox.consumer", "billing"), ("outbox.outcome", "handled")).Should().Equal(2);
        Of(messages, ("outbox.consumer", "billing"), ("outbox.outcome", "dead-lettered")).Should().Equal(1);
        Of(messages, ("outbox.consumer", "billing"), ("outbox.outcome", "duplicate")).Should().Equal(0);
        Of(lag, ("outbox.consumer", "billing"), ("messaging.destination.name", "orders"), ("messaging.destination.partition.id", 0)).Should().Equal(7);
        lag.GetMeasurementSnapshot().Should().HaveCount(1, "an unknown lag is not zero");
        Of(partitions, ("outbox.consumer", "billing")).Should().Equal(2);
        Of(circuit, ("outbox.consumer", "billing")).Should().Equal(1);
    }

    [Fact]
    public void Processed_FailureAndSuccess_AreToldApart()
    {
        using var durations = Collect<double>("messaging.process.duration");

        _metrics.Processed("billing", "orders", TimeSpan.FromSeconds(1), null);
        _metrics.Processed("billing", "orders", TimeSpan.FromSeconds(2), new TimeoutException());

        Of(durations, ("outbox.consumer", "billing"), ("messaging.destination.name", "orders")).Should().Equal(1, 2);
        Of(durations, ("error.type", "System.TimeoutException")).Should().Equal(2d);
    }

    private MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(_meters, "Outbox", instrument, _time);

    private static IEnumerable<T> Of<T>(MetricCollector<T> collector, params (string Name, object Value)[] tags)
        where T : struct => collector.GetMeasurementSnapshot()
            .Where(measurement => tags.All(tag => measurement.Tags.TryGetValue(tag.Name, out var value) && Equals(value, tag.Value)))
            .Select(measurement => measurement.Value);
}
