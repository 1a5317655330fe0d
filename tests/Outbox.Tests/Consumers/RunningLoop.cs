using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Consumers;
using Outbox.Handling;
using Outbox.Inbox;
using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

/// <summary>A consumer's loop with scripted handling, in the group "g" on the topic "orders".</summary>
internal sealed class RunningLoop : IAsyncDisposable
{
    public const string Group = "g";
    public const string Topic = "orders";

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public RunningLoop(
        InMemoryBroker broker,
        ScriptedHandling handling,
        int lanes = 4,
        int capacity = 10,
        ConsumerTimes? times = null,
        IReceivingTransport? transport = null,
        TimeProvider? time = null,
        ConsumerCircuit? circuit = null,
        long maxBytes = long.MaxValue,
        IReadOnlyDictionary<TopicPartitionId, long>? stored = null)
    {
        time ??= TimeProvider.System;
        Bytes = new InFlightBytes(maxBytes);
        Backlog = new HandlerBacklog(time);
        stored ??= new Dictionary<TopicPartitionId, long>();
        var loop = new ConsumerLoop(
            "consumer",
            transport ?? new InMemoryTransport(broker),
            new Subscription(Group, [Topic]),
            new LaneSet(lanes, capacity, byPartition: false, LaneHandling.OneByOne(handling, time), Bytes, NullLogger<Lane>.Instance),
            new InboxOffsets(null!, typeof(object), null!, byClaims: false, "consumer", time, NullLogger<InboxOffsets>.Instance),
            new Assignment(),
            new StartOffsets((_, _) => Task.FromResult(stored), stored.Count > 0, "consumer", time, NullLogger<StartOffsets>.Instance),
            circuit ?? new ConsumerCircuit("consumer", default, new HandlingEvents(), time, NullLogger<ConsumerCircuit>.Instance),
            Bytes,
            Backlog,
            times ?? Times(),
            time,
            NullLogger<ConsumerLoop>.Instance);
        _running = Task.Factory.StartNew(
            () => loop.Run(_stopping.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public InFlightBytes Bytes { get; }

    public HandlerBacklog Backlog { get; }

    public static ConsumerTimes Times(double stopSeconds = 10, double abandonSeconds = 5, double commitSeconds = 0.01) => new(
        TimeSpan.FromSeconds(commitSeconds),
        TimeSpan.FromSeconds(stopSeconds),
        TimeSpan.FromSeconds(abandonSeconds),
        TimeSpan.FromMilliseconds(10));

    public static void Send(InMemoryBroker broker, string text, string key = "key") =>
        broker.Append(Topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));

    public static Task EventuallyAsync(Func<bool> condition, string what) => EventuallyAsync(condition, what, () => { });

    public static async Task EventuallyAsync(Func<bool> condition, string what, Action meanwhile)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(30), what);
            meanwhile();
            await Task.Delay(5);
        }
    }

    /// <summary>Asks it to stop and waits until its thread has ended.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
