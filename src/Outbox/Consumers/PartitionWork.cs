#pragma warning disable CA1001 // the source has neither timer nor wait handle, and lanes ask for its token after the assignment ended
using Outbox.Deferral;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>
/// One assignment of one partition, from assigned to revoked or lost: what is received, being handled and finished of it. A partition
/// that comes back gets a new one, so results of an earlier assignment reach nobody. Lanes and the receiving thread share it.
/// </summary>
internal sealed class PartitionWork(TopicPartitionId partition) : IOwnedPartition
{
    private readonly Lock _gate = new();
    private readonly OffsetTracker _offsets = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abandoned = new();
    private int _running;
    private bool _isClosed;

    public TopicPartitionId Partition { get; } = partition;

    /// <summary>Cancelled when nobody waits for this partition's handlers any more.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Messages that found their lane full, in order. For the receiving thread only.</summary>
    public Queue<ReceivedMessage> Held { get; } = new();

    /// <summary>For the receiving thread only.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Everything below it is handled for certain; null where that is not known. For the receiving thread only.</summary>
    public long? Start { get; set; }

    /// <summary>Whether what is below <see cref="Start"/> came nevertheless. For the receiving thread only.</summary>
    public bool IsRefused { get; set; }

    /// <summary>What is committed with the broker. For the receiving thread only.</summary>
    public long? Committed { get; set; }

    /// <summary>The offset that may be committed: everything below it has its durable outcome. Null where there is none yet.</summary>
    public long? Next
    {
        get
        {
            lock (_gate)
            {
                return _offsets.Next;
            }
        }
    }

    /// <summary>Whether nothing more may begin.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    public void Receive(long offset)
    {
        lock (_gate)
        {
            _offsets.Receive(offset);
        }
    }

    /// <summary>Asked by a lane before it takes a message up.</summary>
    /// <returns>False where the partition is closed: leave the message alone.</returns>
    public bool TryBegin()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _running++;
            return true;
        }
    }

    /// <summary>Told by a lane once for each begun message.</summary>
    public void End(long offset, bool isFinished)
    {
        lock (_gate)
        {
            if (isFinished)
            {
                _offsets.Finish(offset);
            }

            _running--;
            CompleteIfIdle();
        }
    }

    /// <summary>Told once for each begun message that came from the database: it has no offset to pass.</summary>
    public void EndDeferred()
    {
        lock (_gate)
        {
            _running--;
            CompleteIfIdle();
        }
    }

    /// <summary>Lets nothing more begin.</summary>
    /// <returns>Completed when nothing runs any more.</returns>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            CompleteIfIdle();
        }

        return _idle.Task;
    }

    /// <summary>Cancels what runs. Does not wait for it, nor for what listens to the token.</summary>
    public void Abandon() => _ = _abandoned.CancelAsync();

    private void CompleteIfIdle()
    {
        if (_isClosed && _running == 0)
        {
            _idle.TrySetResult();
        }
    }
}
