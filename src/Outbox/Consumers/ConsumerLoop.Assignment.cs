using Outbox.CrashPoints;
using Outbox.Transport;

namespace Outbox.Consumers;

internal sealed partial class ConsumerLoop
{
    private bool _arePausesStale;
    private bool _isAllPaused;

    public void OnAssigned(IReadOnlyList<TopicPartitionId> partitions)
    {
        foreach (var partition in partitions)
        {
            _assigned[partition] = new PartitionWork(partition);
        }

        assignment.Publish(_assigned.Values);
        foreach (var (partition, offset) in starts.Apply(_receiver!, partitions))
        {
            _assigned[partition].Start = offset;
        }

        // An assignment that replaces the whole may have forgotten the pauses of what stayed.
        _arePausesStale = true;
        LogAssigned(consumer, partitions.Count, _assigned.Count);
    }

    public void OnRevoked(IReadOnlyList<TopicPartitionId> partitions)
    {
        var works = Take(partitions);
        if (works.Count == 0)
        {
            return;
        }

        Finish(works);
        CrashHook.Reach(CrashPoint.PartitionsRevoked);
        try
        {
            Commit(_receiver!, works);
        }
        catch (Exception exception)
        {
            // The new owner receives again from the last commit, and the marks tell it what to skip.
            LogCommitFailed(exception, consumer);
        }

        LogRevoked(consumer, works.Count, _assigned.Count);
    }

    public void OnLost(IReadOnlyList<TopicPartitionId> partitions)
    {
        var works = Take(partitions);
        works.ForEach(Drop);
        LogLost(consumer, works.Count, _assigned.Count);
    }

    /// <summary>Gives everything back: nothing new begins, handlers get their time, offsets are committed, the membership ends.</summary>
    private void CloseEverything(ITransportReceiver receiver)
    {
        foreach (var work in _assigned.Values)
        {
            _ = work.CloseAsync();
        }

        try
        {
            receiver.Dispose();
        }
        catch (Exception exception)
        {
            LogDisposeFailed(exception, consumer);
        }

        Take([.. _assigned.Keys]).ForEach(Drop);
        _receiver = null;
    }

    /// <summary>Waits for the handlers that run, cancels them when their time is over, and waits a little for that.</summary>
    private void Finish(List<PartitionWork> works)
    {
        var idle = Task.WhenAll(works.ConvertAll(work => work.CloseAsync()));
        if (IsDoneWithin(idle, times.StopTimeout))
        {
            return;
        }

        works.ForEach(work => work.Abandon());
        if (IsDoneWithin(idle, times.AbandonTimeout))
        {
            LogHandlersCancelled(consumer, times.StopTimeout);
        }
        else
        {
            LogHandlersLeft(consumer, times.StopTimeout + times.AbandonTimeout);
        }
    }

    private static void Drop(PartitionWork work)
    {
        _ = work.CloseAsync();
        work.Abandon();
    }

    private List<PartitionWork> Take(IReadOnlyList<TopicPartitionId> partitions)
    {
        var works = new List<PartitionWork>(partitions.Count);
        foreach (var partition in partitions)
        {
            if (_assigned.Remove(partition, out var work))
            {
                works.Add(work);
                _holding.Remove(work);
                Forget(work);
            }
        }

        assignment.Publish(_assigned.Values);
        return works;
    }

    private void PauseAgain(ITransportReceiver receiver)
    {
        if (!_arePausesStale)
        {
            return;
        }

        _arePausesStale = false;
        if (_isAllPaused)
        {
            receiver.Pause(_assigned.Keys);
        }
        else if (_holding.Count > 0)
        {
            receiver.Pause(_holding.ConvertAll(work => work.Partition));
        }
    }

    private void Forget(PartitionWork work)
    {
        foreach (var message in work.Held)
        {
            bytes.Remove(message);
        }

        work.Held.Clear();
    }

    /// <summary>While messages fail on and on, or too many bytes are held, nothing is received; what is in the lanes waits there.</summary>
    private void FollowLimits(ITransportReceiver receiver)
    {
        if ((bytes.IsFull || circuit.IsPaused) == _isAllPaused)
        {
            return;
        }

        _isAllPaused = !_isAllPaused;
        if (_isAllPaused)
        {
            receiver.Pause(_assigned.Keys);
        }
        else
        {
            receiver.Resume([.. _assigned.Values.Where(work => !work.IsPaused).Select(work => work.Partition)]);
        }
    }

    private bool IsDoneWithin(Task task, TimeSpan limit)
    {
        try
        {
            task.WaitAsync(limit, time).GetAwaiter().GetResult();
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
