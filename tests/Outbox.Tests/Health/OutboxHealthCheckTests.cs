using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Outbox.Consumers;
using Outbox.Diagnostics;
using Outbox.Handling;
using Outbox.Health;
using Outbox.Operations;
using Outbox.Relay;
using Outbox.Storage;
using Outbox.Tests.Diagnostics;

namespace Outbox.Tests.Health;

public sealed class OutboxHealthCheckTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RelayStatus _relay;
    private readonly BacklogSamples _samples = new();
    private readonly HandlingEvents _events = new();
    private readonly ConsumerStatus _consumer;
    private readonly OutboxHealthOptions _options = new();

    public OutboxHealthCheckTests()
    {
        _relay = new RelayStatus(_time);
        _consumer = new ConsumerStatus("billing", _events, _time);
        _relay.Read();
        _consumer.Started();
        _consumer.Turned([new PartitionLag("orders", 0, 5)]);
        _samples.Took(Overviews.Empty);
    }

    [Fact]
    public async Task Check_AllIsWell_IsHealthyAndSaysWhatItSaw()
    {
        _relay.OwnedBuckets = 32;

        var result = await CheckAsync();

        result.Status.Should().Be(HealthStatus.Healthy);
        result.Data.Should().Contain("relay.owned_buckets", 32).And.Contain("consumer.billing.lag", 5L).And.Contain("consumer.billing.partitions", 1);
        _samples.IsWanted.Should().BeTrue("from now on the database is looked at");
    }

    [Theory]
    [InlineData(30, HealthStatus.Healthy)]
    [InlineData(31, HealthStatus.Degraded)]
    [InlineData(121, HealthStatus.Unhealthy)]
    public async Task Check_TheRelayIsSilent_IsDegradedBeforeUnhealthy(int seconds, HealthStatus expected)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _consumer.Turned(_consumer.Lag);

        var result = await CheckAsync();

        result.Status.Should().Be(expected);
        if (expected != HealthStatus.Healthy)
        {
            result.Description.Should().Contain("relay has not read");
        }
    }

    [Fact]
    public async Task Check_TheRelayWaitsForTheBroker_IsNotSilent()
    {
        _time.Advance(TimeSpan.FromHours(1));
        _relay.Waits();
        _consumer.Turned(_consumer.Lag);

        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy, "a restart of the process would not help the broker");
    }

    [Fact]
    public async Task Check_TheRelayFails_IsDegradedAtFirst()
    {
        _relay.Failed("NpgsqlException");

        var result = await CheckAsync();

        (result.Status, result.Description).Should().Be((HealthStatus.Degraded, "The relay cannot read the outbox (NpgsqlException); it tries again."));
    }

    [Theory]
    [InlineData(60, HealthStatus.Healthy)]
    [InlineData(61, HealthStatus.Degraded)]
    [InlineData(901, HealthStatus.Unhealthy)]
    public async Task Check_AMessageWaits_IsDegradedBeforeUnhealthy(int seconds, HealthStatus expected)
    {
        _samples.Took(Overviews.Empty with { Waiting = Overviews.Of(MessagePlace.Waiting, TimeSpan.FromSeconds(seconds), ("orders", "", 1)) });

        (await CheckAsync()).Status.Should().Be(expected);
    }

    [Fact]
    public async Task Check_AMessageWaitsBecauseItsTopicIsPaused_IsHealthy()
    {
        _samples.Took(Overviews.Empty with
        {
            Waiting = Overviews.Of(MessagePlace.Waiting, TimeSpan.FromDays(1), ("orders", "", 1)),
            Pauses = [new OutboxControlEntry("orders", OutboxControlState.Paused, "ann", DateTimeOffset.UnixEpoch)],
        });

        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy, "somebody wants it so");
    }

    [Fact]
    public async Task Check_BucketsWithoutARelay_AreDegradedWhileMessagesWait()
    {
        var overview = Overviews.Empty with { UnownedBuckets = 32 };
        _samples.Took(overview);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy, "nothing waits for them");

        _samples.Took(overview with { Waiting = Overviews.Of(MessagePlace.Waiting, TimeSpan.FromSeconds(40), ("orders", "", 1)) });

        (await CheckAsync()).Description.Should().Be("32 of 32 buckets are owned by no relay.");
    }

    [Fact]
    public async Task Check_TablesCannotBeRead_IsUnhealthyAsTheApplicationCallsIt()
    {
        _samples.Failed("The table outbox_message is missing.");

        (await CheckAsync()).Status.Should().Be(HealthStatus.Unhealthy);
        (await CheckAsync(HealthStatus.Degraded)).Status.Should().Be(HealthStatus.Degraded, "the application says what a failure is");
    }

    [Fact]
    public async Task Check_AConsumerInTrouble_SaysWhich()
    {
        _options.DegradedLag = 4;
        _events.OnCircuit(isOpen: true);
        _consumer.Failed("Broker: not authorised");

        var result = await CheckAsync();

        result.Status.Should().Be(HealthStatus.Degraded);
        result.Description.Should().ContainAll("billing is 5 messages behind", "pauses", "cannot receive (Broker: not authorised)");
        _consumer.Recovered();
        (await CheckAsync()).Description.Should().NotContain("cannot receive");
    }

    [Fact]
    public async Task Check_AConsumerWithoutPartitions_CountsWhereThatIsAsked()
    {
        _consumer.Turned([]);
        _time.Advance(TimeSpan.FromSeconds(20));
        _relay.Read();
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy, "a spare instance has none for good reason");

        _options.DegradedUnassigned = TimeSpan.FromSeconds(10);

        (await CheckAsync()).Description.Should().Be("Consumer billing has had no partition for 00:00:20.");
    }

    [Theory]
    [InlineData(31, HealthStatus.Degraded)]
    [InlineData(121, HealthStatus.Unhealthy)]
    public async Task Check_AConsumerHangs_IsDegradedBeforeUnhealthy(int seconds, HealthStatus expected)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _relay.Read();

        var result = await CheckAsync();

        result.Status.Should().Be(expected);
        result.Description.Should().Contain("billing has not asked for messages");
    }

    [Fact]
    public async Task Check_AConsumerThatWasStopped_IsNotSilent()
    {
        _consumer.Stopped();
        _time.Advance(TimeSpan.FromSeconds(29));

        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public void AddOutbox_LimitsThatContradict_FailWithAllReasons()
    {
        var add = () => new ServiceCollection().AddHealthChecks().AddOutbox<DbContext>(configure: limits =>
        {
            limits.DegradedAge = TimeSpan.FromHours(1);
            limits.DegradedLag = 10;
            limits.UnhealthyLag = 5;
            limits.BrokerTimeout = TimeSpan.Zero;
        });

        add.Should().Throw<OutboxException>().Which.Message.Should().ContainAll(
            "DegradedAge is 01:00:00, above UnhealthyAge", "DegradedLag is 10, above UnhealthyLag, which is 5", "BrokerTimeout is 00:00:00");
    }

    private Task<HealthCheckResult> CheckAsync(HealthStatus failure = HealthStatus.Unhealthy)
    {
        var check = new OutboxHealthCheck(_relay, _samples, [_consumer], null, _options);
        return check.CheckHealthAsync(new HealthCheckContext { Registration = new HealthCheckRegistration("outbox", check, failure, null) });
    }
}
