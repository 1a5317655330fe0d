using Outbox.Testing;

namespace Outbox.Tests.Consumers;

public sealed class RebalanceTests
{
    private readonly InMemoryBroker _broker = new(defaultPartitions: 2);
    private readonly ScriptedHandling _handling = new();
    private readonly ScriptedHandling _other = new();

    [Fact]
    public async Task Revoke_HandlerRuns_FinishesItCommitsAndHandsTheRestOver()
    {
        // The second member gets partition 1.
        var key = KeyOnPartition(1);
        _handling.Gate("0");
        RunningLoop.Send(_broker, "0", key);
        RunningLoop.Send(_broker, "1", key);
        await using var first = new RunningLoop(_broker, _handling, times: RunningLoop.Times(commitSeconds: 60));
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1, "the first begun");

        await using var second = new RunningLoop(_broker, _other);
        RunningLoop.Send(_broker, "2", key);
        _other.Begun.Should().BeEmpty();
        _handling.Release("0");
        await RunningLoop.EventuallyAsync(() => Committed(1) == 3, "everything committed");

        _handling.Finished.Should().StartWith("0");
        _handling.Begun.Concat(_other.Begun).Should().Equal("0", "1", "2");
        _other.Finished.Should().Contain("2");
    }

    [Fact]
    public async Task Revoke_HandlerTakesTooLong_CancelsItAndTheNextOwnerHandlesIt()
    {
        var key = KeyOnPartition(1);
        _handling.Gate("0");
        RunningLoop.Send(_broker, "0", key);
        await using var first = new RunningLoop(_broker, _handling, times: RunningLoop.Times(stopSeconds: 0.1));
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1, "it has begun");

        await using var second = new RunningLoop(_broker, _other);
        await RunningLoop.EventuallyAsync(() => Committed(1) == 1, "the next owner has committed it");

        _handling.Cancelled.Should().Equal("0");
        _handling.Finished.Should().BeEmpty();
        _other.Finished.Should().Equal("0");
    }

    [Fact]
    public async Task Lost_HandlersRunAndSomeFinished_CommitsNothingAndCancels()
    {
        _handling.Gate("1");
        RunningLoop.Send(_broker, "0", "a");
        RunningLoop.Send(_broker, "1", "a");
        var partition = _broker.GetMessages(RunningLoop.Topic)[0].Source.Partition;
        var counting = new CountingTransport(_broker);
        await using var loop = new RunningLoop(_broker, _handling, transport: counting, times: RunningLoop.Times(commitSeconds: 3600));
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 2, "the second begun");

        _broker.ExpelMembers(RunningLoop.Group);
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 4, "both again");

        counting.Commits.Should().Be(0);
        Committed(partition).Should().BeNull();
        _handling.Cancelled.Should().Equal("1");
        _handling.Begun.Should().Equal("0", "1", "0", "1");
    }

    [Fact]
    public async Task Lost_ResultOfTheEarlierAssignmentComesLate_IsIgnored()
    {
        _handling.IsStubborn = true;
        var earlier = _handling.Gate("0");
        RunningLoop.Send(_broker, "0", "a");
        var partition = _broker.GetMessages(RunningLoop.Topic)[0].Source.Partition;
        var counting = new CountingTransport(_broker);
        await using var loop = new RunningLoop(_broker, _handling, transport: counting, times: RunningLoop.Times(0.1, 0.1));
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1, "it has begun");
        _broker.ExpelMembers(RunningLoop.Group);
        await RunningLoop.EventuallyAsync(() => counting.Received == 2, "received again");
        var later = _handling.Gate("0");

        earlier.SetResult();
        await RunningLoop.EventuallyAsync(() => _handling.Finished.Count == 1 && _handling.Begun.Count == 2, "the late result");
        var receives = counting.Receives;
        await RunningLoop.EventuallyAsync(() => counting.Receives > receives + 5, "several commits could have been");
        Committed(partition).Should().BeNull();

        later.SetResult();
        await RunningLoop.EventuallyAsync(() => Committed(partition) == 1, "the later assignment's own result");
    }

    [Fact]
    public async Task Join_WhilePaused_KeptPartitionStaysPausedAndGoesOn()
    {
        var kept = KeyOnPartition(0);
        _handling.Gate("0");
        for (var i = 0; i < 30; i++)
        {
            RunningLoop.Send(_broker, i.ToString(System.Globalization.CultureInfo.InvariantCulture), kept);
        }

        await using var first = new RunningLoop(_broker, _handling, lanes: 1, capacity: 2);
        await RunningLoop.EventuallyAsync(() => _handling.Begun.Count == 1, "the first begun");
        await using var second = new RunningLoop(_broker, _other);
        RunningLoop.Send(_broker, "moved", KeyOnPartition(1));
        await RunningLoop.EventuallyAsync(() => _other.Finished.Count == 1, "the other member works");

        _handling.Release("0");
        await RunningLoop.EventuallyAsync(() => Committed(0) == 30, "everything committed");

        _handling.Begun.Should().Equal(Enumerable.Range(0, 30).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string KeyOnPartition(int partition) => Enumerable.Range(0, 100).Select(i => $"key {i}").First(key =>
        Outbox.Messages.OrderingKey.Hash(System.Text.Encoding.UTF8.GetBytes(key), default) % 2 == partition);

    private long? Committed(int partition) => _broker.GetCommittedOffset(RunningLoop.Group, RunningLoop.Topic, partition);
}
