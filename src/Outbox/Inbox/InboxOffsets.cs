using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Inbox;

/// <summary>
/// Keeps in the database how far a consumer has come in its partitions: a little behind the truth, never before it. Written in the
/// background and not with each message, so that lanes of one partition do not wait for each other's row; unless they write it
/// themselves, as claims. <see cref="Offer"/> is safe for concurrent use.
/// </summary>
internal sealed partial class InboxOffsets(
    IServiceScopeFactory scopes,
    Type contextType,
    IInboxStore store,
    bool byClaims,
    string consumer,
    TimeProvider time,
    ILogger<InboxOffsets> logger)
{
    private readonly Lock _gate = new();
    private Dictionary<TopicPartitionId, long> _pending = [];

    /// <summary>Takes note of next offsets; everything below them has its durable effect.</summary>
    public void Offer(IEnumerable<KeyValuePair<TopicPartitionId, long>> nextOffsets)
    {
        if (byClaims)
        {
            return;
        }

        lock (_gate)
        {
            foreach (var (partition, offset) in nextOffsets)
            {
                _pending[partition] = Math.Max(offset, _pending.GetValueOrDefault(partition));
            }
        }
    }

    /// <summary>Writes what was offered, again and again, until cancelled. A failure is logged, and its offsets written the next time.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what was offered.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<TopicPartitionId, long> taken;
        lock (_gate)
        {
            (taken, _pending) = (_pending, []);
        }

        if (taken.Count == 0)
        {
            return;
        }

        try
        {
            await WriteAsync(taken, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Offer(taken);
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            LogWriteFailed(exception, consumer);
        }
    }

    /// <summary>Reads how far the consumer has come, of those partitions that are known.</summary>
    public async Task<IReadOnlyDictionary<TopicPartitionId, long>> ReadAsync(
        IReadOnlyCollection<TopicPartitionId> partitions, CancellationToken cancellationToken)
    {
        var known = new Dictionary<TopicPartitionId, long>();
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
            foreach (var partition in partitions)
            {
                if (await store.GetOffsetAsync(context, consumer, partition.Topic, partition.Partition, cancellationToken).ConfigureAwait(false) is { } next)
                {
                    known[partition] = next;
                }
            }
        }

        return known;
    }

    private async Task WriteAsync(Dictionary<TopicPartitionId, long> offsets, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
            await context.Database.CreateExecutionStrategy().ExecuteAsync(
                async token =>
                {
                    var transaction = await context.Database.BeginTransactionAsync(token).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        foreach (var (partition, next) in offsets)
                        {
                            await store.SetOffsetAsync(context, consumer, partition.Topic, partition.Partition, next, token).ConfigureAwait(false);
                        }

                        await transaction.CommitAsync(token).ConfigureAwait(false);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(9510, LogLevel.Warning, "Consumer {Consumer}: its offsets could not be written to the database; they will be with the next ones.")]
    private partial void LogWriteFailed(Exception exception, string consumer);
}
