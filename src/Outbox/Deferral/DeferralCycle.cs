using System.Collections.Concurrent;
using Outbox.Handling;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Transport;

namespace Outbox.Deferral;

/// <summary>Starts deferred messages that are due, as many at once as are allowed. Called by one loop; what it starts runs beside it.</summary>
internal sealed class DeferralCycle(
    IDeferredStore store,
    DeferredHandling handling,
    IOwnedPartitions owned,
    DeferralPolicy policy,
    ConsumerCircuit circuit,
    DeferralSignal signal,
    string consumer,
    int most,
    TimeProvider time)
{
    private readonly ConcurrentDictionary<long, Task> _running = new();

    /// <summary>Looks once. Ends when what was found is started.</summary>
    public async Task TurnAsync(CancellationToken cancellationToken)
    {
        var partitions = owned.Current.ToDictionary(partition => partition.Partition);
        var free = most - _running.Count;
        if (free <= 0 || partitions.Count == 0 || circuit.IsPaused)
        {
            return;
        }

        var due = await store.ReadDueAsync(
            new DueQuery
            {
                Consumer = consumer,
                Partitions = partitions.Keys.GroupBy(id => id.Topic).ToDictionary(topic => topic.Key, topic => topic.Select(id => id.Partition).ToArray()),
                Now = time.GetUtcNow().UtcDateTime,
                InOrder = policy.InOrder,
                Except = [.. _running.Keys],
                Most = free,
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var message in due)
        {
            if (partitions.TryGetValue(new TopicPartitionId(message.Topic, message.Partition), out var partition))
            {
                Start(message, partition);
            }
        }
    }

    /// <summary>Ends when nothing runs any more: all of it ends with its partition.</summary>
    public Task CompleteAsync() => Task.WhenAll(_running.Values);

    private void Start(InboxDeferredRecord message, IOwnedPartition partition)
    {
        // Entered before it runs: a look meanwhile must not start it again.
        var start = new TaskCompletionSource();
        if (_running.TryAdd(message.Id, start.Task))
        {
            _running[message.Id] = Task.Run(() => RunAsync(message, partition));
        }

        start.SetResult();
    }

    /// <summary>Runs a message, and those behind it as long as each is settled: so a key's next one comes at once.</summary>
    private async Task RunAsync(InboxDeferredRecord first, IOwnedPartition partition)
    {
        try
        {
            var message = first;
            while (message is not null && partition.TryBegin())
            {
                try
                {
                    message = await RunOneAsync(message, partition.Abandoned).ConfigureAwait(false);
                }
                finally
                {
                    partition.EndDeferred();
                }
            }
        }
        finally
        {
            _running.TryRemove(first.Id, out _);
            signal.Set();
        }
    }

    private async Task<InboxDeferredRecord?> RunOneAsync(InboxDeferredRecord message, CancellationToken cancellationToken)
    {
        var isSettled = await handling.TryAsync(message, cancellationToken).ConfigureAwait(false);
        return isSettled && policy.InOrder && DeferredKey.Of(message) is { } key
            ? await handling.NextAsync(key, cancellationToken).ConfigureAwait(false)
            : null;
    }
}
