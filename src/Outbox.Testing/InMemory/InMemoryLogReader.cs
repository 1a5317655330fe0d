using System.Diagnostics;
using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>Reads a piece of one partition. Used by one caller at a time.</summary>
internal sealed class InMemoryLogReader(InMemoryBroker broker, TopicPartitionId partition, long from, long until) : ITopicLogReader
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private long _next = from;

    public ValueTask<TopicLogRead> ReadAsync(int most, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return TryRead(most) is { } read
            ? new ValueTask<TopicLogRead>(read)
            : new ValueTask<TopicLogRead>(Task.Run(() => Wait(most, timeout, cancellationToken), cancellationToken));
    }

    public void Dispose()
    {
    }

    private TopicLogRead Wait(int most, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        lock (broker.Gate)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryRead(most) is { } read)
                {
                    return read;
                }

                var left = timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                {
                    return new TopicLogRead([], _next, false);
                }

                // Woken by every change; the bound is for the cancellation, which does not pulse.
                Monitor.Wait(broker.Gate, left < Look ? left : Look);
            }
        }
    }

    /// <returns>Null where nothing can be read now.</returns>
    /// <exception cref="TransportException">The topic is not there, or has ended below.</exception>
    private TopicLogRead? TryRead(int most)
    {
        if (_next >= until)
        {
            return new TopicLogRead([], _next, true);
        }

        lock (broker.Gate)
        {
            if (!broker.IsReachable)
            {
                return null;
            }

            var log = Log();
            var messages = new List<ReceivedMessage>();
            for (; messages.Count < most && _next < until && _next < log.Count; _next++)
            {
                messages.Add(log[(int)_next]);
            }

            return messages.Count == 0 ? null : new TopicLogRead(messages, _next, _next >= until);
        }
    }

    private IReadOnlyList<ReceivedMessage> Log()
    {
        if (broker.FindPartitions(partition.Topic) is not { } partitions || partition.Partition >= partitions)
        {
            throw new TransportException($"The in-memory broker has no {partition}.", DeliveryFailure.Topic);
        }

        var log = broker.Topic(partition.Topic)[partition.Partition];
        return _next <= log.Count
            ? log
            : throw new TransportException($"The log of {partition} ends at {log.Count}, below offset {_next}.", DeliveryFailure.Topic);
    }
}
