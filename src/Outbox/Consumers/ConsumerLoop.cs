using Microsoft.Extensions.Logging;
using Outbox.CrashPoints;
using Outbox.Diagnostics;
using Outbox.Handling;
using Outbox.Inbox;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>
/// Receives for one consumer on one thread, and never blocks it for a handler: a message whose lane is full waits aside with its
/// partition paused. The other part of this class follows the assignment.
/// </summary>
internal sealed partial class ConsumerLoop(
    string consumer,
    IReceivingTransport transport,
    Subscription subscription,
    LaneSet lanes,
    InboxOffsets offsets,
    Assignment assignment,
    StartOffsets starts,
    ConsumerCircuit circuit,
    InFlightBytes bytes,
    HandlerBacklog backlog,
    ConsumerTimes times,
    TimeProvider time,
    ILogger<ConsumerLoop> logger) : IAssignmentListener
{
    private static readonly TimeSpan HeldPoll = TimeSpan.FromMilliseconds(5);
    private static readonly ExponentialBackoff ReceiveAgain = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
    private static readonly ExponentialBackoff OpenAgain = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    private readonly Dictionary<TopicPartitionId, PartitionWork> _assigned = [];
    private readonly List<PartitionWork> _holding = [];
    private ITransportReceiver? _receiver;
    private long _lastCommit;
    private int _failures;
    private int _failedCommits;

    /// <summary>Told how things are; null where nobody asks.</summary>
    public ConsumerStatus? Status { get; init; }

    /// <summary>Receives until cancelled; blocks its thread. A receiver that fails for good is replaced by another.</summary>
    public void Run(CancellationToken stopping)
    {
        var openings = 0;
        Status?.Started();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                RunReceiver(() => openings = 0, stopping);
            }
            catch (Exception exception)
            {
                var wait = OpenAgain.After(++openings);
                LogReceiverFailed(exception, consumer, wait);
                Status?.Failed(exception.GetType().Name);
                Wait(wait, stopping);
            }
        }

        Status?.Stopped();
    }

    private void RunReceiver(Action succeeded, CancellationToken stopping)
    {
        _lastCommit = time.GetTimestamp();
        _isAllPaused = false;
        _receiver = transport.OpenReceiver(subscription, this);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                if (lanes.TakeFailure())
                {
                    throw new InvalidOperationException("A lane has let go of a message.");
                }

                if (TryTurn(_receiver, stopping))
                {
                    succeeded();
                }
            }
        }
        finally
        {
            CloseEverything(_receiver);
        }
    }

    /// <summary>Receives one message, if there is one, and does what is due.</summary>
    private bool TryTurn(ITransportReceiver receiver, CancellationToken stopping)
    {
        try
        {
            if (receiver.Receive(_holding.Count > 0 || _isAllPaused ? HeldPoll : times.Poll) is { } message)
            {
                Accept(receiver, message);
            }

            FollowLimits(receiver);
            PauseAgain(receiver);
            ReleaseHeld(receiver);
            if (_holding.Count > 0)
            {
                backlog.OnFull();
            }

            CommitIfDue(receiver);
            Status?.Recovered();
            _failures = 0;
            return true;
        }
        catch (TransportException exception) when (exception.Failure != DeliveryFailure.Fatal)
        {
            var wait = ReceiveAgain.After(++_failures);
            LogReceiveFailed(exception, consumer, exception.Failure, _failures);
            Status?.Failed(exception.Message);
            Wait(wait, stopping);
            return false;
        }
    }

    private void Accept(ITransportReceiver receiver, ReceivedMessage message)
    {
        if (!_assigned.TryGetValue(message.Source, out var work))
        {
            return;
        }

        if (message.Offset < work.Start)
        {
            Refuse(receiver, work, message.Offset);
            return;
        }

        bytes.Add(message);
        work.Receive(message.Offset);
        if (work.Held.Count == 0 && lanes.For(message).TryEnqueue(work, message))
        {
            return;
        }

        if (work.Held.Count == 0)
        {
            _holding.Add(work);
        }

        work.Held.Enqueue(message);
        if (!work.IsPaused)
        {
            receiver.Pause([work.Partition]);
            work.IsPaused = true;
        }
    }

    /// <summary>
    /// The log was cut off or made anew: nobody knows whether what stands below the start is what was handled, so the partition waits.
    /// </summary>
    private void Refuse(ITransportReceiver receiver, PartitionWork work, long offset)
    {
        receiver.Pause([work.Partition]);
        if (!work.IsRefused)
        {
            (work.IsRefused, work.IsPaused) = (true, true);
            LogRefused(consumer, work.Partition.Topic, work.Partition.Partition, offset, work.Start!.Value);
        }
    }

    private void ReleaseHeld(ITransportReceiver receiver)
    {
        for (var i = _holding.Count - 1; i >= 0; i--)
        {
            var work = _holding[i];
            while (work.Held.TryPeek(out var message) && lanes.For(message) is { IsDrained: true } lane && lane.TryEnqueue(work, message))
            {
                work.Held.Dequeue();
            }

            if (work.Held.Count == 0)
            {
                if (!_isAllPaused)
                {
                    receiver.Resume([work.Partition]);
                }

                work.IsPaused = false;
                _holding.RemoveAt(i);
            }
        }
    }

    private void CommitIfDue(ITransportReceiver receiver)
    {
        if (time.GetElapsedTime(_lastCommit) < times.CommitInterval)
        {
            return;
        }

        _lastCommit = time.GetTimestamp();
        Status?.Turned([.. _assigned.Keys.Select(partition => new PartitionLag(partition.Topic, partition.Partition, receiver.GetLag(partition)))]);
        try
        {
            Commit(receiver, _assigned.Values);
            _failedCommits = 0;
        }
        catch (TransportException exception) when (exception.Failure != DeliveryFailure.Fatal)
        {
            // One that meets a rebalance fails as it should. Receiving does not wait for it: that is what ends the rebalance.
            LogCommitPutOff(++_failedCommits < 3 ? LogLevel.Debug : LogLevel.Warning, exception, consumer, _failedCommits);
        }
    }

    private void Commit(ITransportReceiver receiver, IEnumerable<PartitionWork> works)
    {
        var due = works.Select(work => (Work: work, work.Next)).Where(entry => entry.Next != entry.Work.Committed).ToList();
        if (due.Count == 0)
        {
            return;
        }

        var next = due.ConvertAll(entry => KeyValuePair.Create(entry.Work.Partition, entry.Next!.Value));
        offsets.Offer(next);
        CrashHook.Reach(CrashPoint.OffsetDue);
        receiver.Commit(next);
        CrashHook.Reach(CrashPoint.OffsetCommitted);
        due.ForEach(entry => entry.Work.Committed = entry.Next);
    }

    private void Wait(TimeSpan duration, CancellationToken stopping)
    {
        try
        {
            Task.Delay(duration, time, stopping).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
