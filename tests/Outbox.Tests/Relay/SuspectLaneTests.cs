using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Diagnostics;
using Outbox.Relay;
using Outbox.Signals;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

public sealed class SuspectLaneTests : IAsyncDisposable
{
    private readonly ScriptedTransport _broker = new();
    private readonly FakeParking _parking = new();
    private readonly FakeLeaseStore _leaseStore = new();
    private readonly FakeSettlerStore _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly RelayOptions _options = new() { MinBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(2) };
    private readonly LeaseKeeper _leases;
    private readonly PausedTopics _paused;
    private readonly HeldBack _held;
    private readonly SuspectLane _lane;
    private readonly Settlement _settlement;
    private readonly List<Task> _running = [];
    private int _parkedCalls;

    public SuspectLaneTests()
    {
        var (time, metrics, wake) = (TimeProvider.System, new OutboxMetrics(), new AsyncSignal(TimeProvider.System));
        _leaseStore.FairShare = 1;
        _leaseStore.Held.Add(new BucketLease(0, 5));
        _leases = new LeaseKeeper(_leaseStore, new RelayIdentity(Guid.NewGuid(), "host", "1", 1), _options, metrics, time, NullLogger.Instance) { Changed = wake };
        _paused = new PausedTopics(new FakeControl(), wake);
        _held = new HeldBack(_options, new RelayStatus(time), _paused, wake, time);
        _settlement = new Settlement(_store, _options, metrics, time, NullLogger.Instance);
        _store.Admit();
        _lane = new SuspectLane(_broker, _parking, _held, _leases, _settlement, RelayRows.Outgoing(), _options, metrics, time, NullLogger.Instance)
        {
            Parked = _ =>
            {
                _parkedCalls++;
                return default;
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _leases.Dispose();
        _paused.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_SuspectsThatCanBeSent_GoAloneInTheOrderOfTheirIds()
    {
        _lane.Add([Row(3, "a"), Row(1, "a"), Row(2, "b")]);
        _held.Holds(Row(9, "a")).Should().BeTrue("nothing may pass a suspect of its key");

        await RunAsync();

        await QuietAsync();
        _broker.Payloads.Should().Equal("1", "2", "3");
        (await _settlement.FlushAsync(TimeSpan.FromSeconds(10), CancellationToken.None)).Should().BeTrue();
        _store.Calls.SelectMany(ids => ids).Should().Equal(1, 2, 3);
        _parking.Parked.Should().BeEmpty("only what is refused alone is poison");
    }

    [Fact]
    public async Task Run_ParkKey_ParksThePoisonAndTakesTheRestOfItsKeyOut()
    {
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a"), Row(2, "b"), Row(3, "a"), Row(4, "a", "payments")]);

        await RunAsync();

        await QuietAsync();
        var (lease, message) = _parking.Parked.Should().ContainSingle().Subject;
        lease.Should().Be(new BucketLease(0, 5), "the move is fenced by the epoch");
        (message.Id, message.Policy).Should().Be((1L, PoisonMessagePolicy.ParkKey));
        _broker.Payloads.Should().BeEquivalentTo(["2", "4"], "3 was moved with its key; the same key of another topic is another one");
        _parkedCalls.Should().Be(1);
    }

    [Fact]
    public async Task Run_DeadLetter_TheKeyGoesOn()
    {
        _options.PoisonMessages = PoisonMessagePolicy.DeadLetter;
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a"), Row(2, "a")]);

        await RunAsync();

        await QuietAsync();
        _parking.Parked.Should().ContainSingle();
        _broker.Payloads.Should().Equal("2");
    }

    [Fact]
    public async Task Run_Block_TheTopicWaitsUntilThePoisonIsSent()
    {
        _options.PoisonMessages = PoisonMessagePolicy.Block;
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a"), Row(2, "a"), Row(3, "b", "payments")]);
        await RunAsync();
        await Eventually.BeTrueAsync(() => _broker.Payloads.Contains("3") && _held.Topics.Contains("orders"), "another topic flows");
        _held.TakeAdmitted();
        _held.Topics.Should().Equal(["orders"], "no time ends the block");

        _broker.Poison.Clear();

        await QuietAsync();
        _broker.Payloads.Should().Equal("3", "1", "2");
        _parking.Parked.Should().BeEmpty();
        _held.TakeAdmitted();
        _held.Topics.Should().BeEmpty();
    }

    [Fact]
    public async Task Run_BlockInATopicOfSeveralPartitions_OnlyItsPartitionWaits()
    {
        _options.PoisonMessages = PoisonMessagePolicy.Block;
        _broker.Partitions["orders"] = 5;
        var blocked = KeyOf("orders", "a", same: true);
        var free = KeyOf("orders", "a", same: false);
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a")]);
        await RunAsync();
        await Eventually.BeTrueAsync(() => _held.TakeAdmitted() && _held.Partitions.Count == 1, "the partition is blocked");
        _held.Holds(Row(9, "a", "payments")).Should().BeFalse("the same key of another topic is another one");

        _lane.Add([Row(2, blocked), Row(3, free), Row(4, blocked, "payments")]);

        await Eventually.BeTrueAsync(() => _broker.Log.Count == 2, "the others flow");
        _broker.Payloads.Should().BeEquivalentTo("3", "4");
        _held.Partitions.Should().Equal(new HeldPartition("orders", _broker.PartitionOf("orders", "a"), 5));
        _broker.Poison.Clear();
        await QuietAsync();
        _broker.Payloads.Skip(2).Should().Equal("1", "2");
        _held.Partitions.Should().BeEmpty();
    }

    [Fact]
    public async Task Run_BlockEndsWhileALaterOneOfTheKeyWaits_TheKeyIsHeld()
    {
        _options.PoisonMessages = PoisonMessagePolicy.Block;
        _broker.Partitions["orders"] = 5;
        (_broker.Poison["1"], _broker.Poison["2"]) = (true, true);
        _lane.Add([Row(1, "a"), Row(2, "a")]);
        await RunAsync();
        await Eventually.BeTrueAsync(() => _held.TakeAdmitted() && _held.Partitions.Count == 1, "the partition is blocked");

        _broker.Poison.TryRemove("1", out _);

        await Eventually.BeTrueAsync(() => _broker.Payloads.Contains("1"), "the message is sent");
        for (var reads = 0; reads < 20; reads++)
        {
            _held.TakeAdmitted();
            _held.Holds(Row(9, "a")).Should().BeTrue("2 was not sent yet");
        }
    }

    [Fact]
    public async Task Run_BlockByAMessageWithoutAKey_TheTopicWaits()
    {
        _options.PoisonMessages = PoisonMessagePolicy.Block;
        _broker.Partitions["orders"] = 5;
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a") with { Key = null }]);

        await RunAsync();

        await Eventually.BeTrueAsync(() => _held.Topics.Contains("orders"), "it could be in any partition");
    }

    [Fact]
    public async Task Clear_WhileAMessageBlocks_EndsTheBlock()
    {
        _options.PoisonMessages = PoisonMessagePolicy.Block;
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a")]);
        await RunAsync();
        await Eventually.BeTrueAsync(() => _held.Topics.Contains("orders"), "the topic is blocked");
        await _stop.CancelAsync();
        await Task.WhenAll(_running);

        _lane.Clear();

        _held.TakeAdmitted().Should().BeTrue();
        _held.Topics.Should().BeEmpty("when the keys are owned again, the message is to be found again");
    }

    [Fact]
    public async Task Run_EarlierRowNotDeletedYet_NothingIsParked()
    {
        _broker.Poison["2"] = true;
        _options.LeaseDuration = TimeSpan.FromMilliseconds(20);
        _lane.Add([Row(1, "a"), Row(2, "a")]);

        await RunAsync(settle: false);

        await Eventually.BeTrueAsync(() => _broker.Accepted >= 4, "the poison was tried again and again");
        _parking.Parked.Should().BeEmpty("1 is acknowledged but still there: it would be parked too, and sent once more");
    }

    [Fact]
    public async Task Run_BucketLost_NothingIsToldParkedAndTheKeyIsLetGo()
    {
        _parking.IsOwned = false;
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a")]);

        await RunAsync();

        await QuietAsync();
        _parkedCalls.Should().Be(0);
    }

    [Fact]
    public async Task Run_DriverEndsAMoveAsIfCancelled_TriesAgain()
    {
        _parking.Failures.Enqueue(new OperationCanceledException("The connection could not be opened in time."));
        _broker.Poison["1"] = true;
        _lane.Add([Row(1, "a")]);

        await RunAsync();

        await QuietAsync();
        _parking.Parked.Should().ContainSingle();
    }

    [Fact]
    public async Task Run_LeasesRunOut_SendsNothing()
    {
        _options.LeaseDuration = TimeSpan.FromMilliseconds(1);
        await RunAsync();
        await Eventually.BeTrueAsync(() => !_leases.IsValid, "the leases ran out");

        _lane.Add([Row(1, "a")]);
        await Task.Delay(50);

        _broker.Accepted.Should().Be(0);
    }

    [Fact]
    public void Clear_ForgetsTheSuspectsAndLetsTheirKeysGo()
    {
        _lane.Add([Row(1, "a"), Row(2, "a")]);

        _lane.Clear();

        _held.TakeAdmitted().Should().BeTrue();
        _held.KeyHashes.Should().BeEmpty();
    }

    private async Task RunAsync(bool settle = true)
    {
        _running.Add(_leases.RunAsync(_stop.Token));
        await Eventually.BeTrueAsync(() => _leases.Current.Buckets.Count == 1, "the lease is there");
        _running.Add(_lane.RunAsync(_stop.Token));
        if (settle)
        {
            _running.Add(_settlement.RunAsync(_stop.Token));
        }
    }

    private Task QuietAsync() => Eventually.BeTrueAsync(
        () =>
        {
            _held.TakeAdmitted();
            return _held is { KeyHashes.Count: 0, Partitions.Count: 0, Topics.Count: 0 };
        },
        "every key was let go");

    /// <summary>A key of the same partition as another, or of another one.</summary>
    private string KeyOf(string topic, string key, bool same) => Enumerable.Range(0, 1_000).Select(i => $"key-{i}")
        .First(other => (_broker.PartitionOf(topic, other) == _broker.PartitionOf(topic, key)) == same);

    private static OutboxRow Row(long id, string key, string topic = "orders") =>
        RelayRows.New(id, topic, key) with { Payload = Encoding.UTF8.GetBytes($"{id}") };
}
