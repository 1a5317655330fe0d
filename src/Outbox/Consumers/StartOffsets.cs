using Microsoft.Extensions.Logging;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>
/// Where newly assigned partitions start: where the database says if it is the one that counts, else where the group has committed, and
/// where the database says if the group has no offset (any more: Kafka forgets those of a group that was away for a week).
/// </summary>
/// <param name="read">Reads how far the consumer has come, of those partitions that are known.</param>
/// <param name="fromDatabase">Whether the database counts.</param>
/// <param name="consumer">The consumer's name.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of starts that the group knows nothing of.</param>
internal sealed partial class StartOffsets(
    Func<IReadOnlyCollection<TopicPartitionId>, CancellationToken, Task<IReadOnlyDictionary<TopicPartitionId, long>>> read,
    bool fromDatabase,
    string consumer,
    TimeProvider time,
    ILogger<StartOffsets> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Called from inside an assignment, on the receiving thread, which waits for the answers.</summary>
    /// <returns>The offsets below which everything is handled for certain.</returns>
    /// <exception cref="OutboxException">Broker or database do not answer: the consumer joins its group again.</exception>
    public IReadOnlyDictionary<TopicPartitionId, long> Apply(ITransportReceiver receiver, IReadOnlyList<TopicPartitionId> partitions)
    {
        try
        {
            var known = fromDatabase ? [] : receiver.GetCommitted(partitions).Keys;
            var starts = Read([.. partitions.Except(known)]);
            foreach (var (partition, offset) in starts)
            {
                receiver.Seek(partition, offset);
                if (!fromDatabase)
                {
                    LogForgotten(consumer, partition.Topic, partition.Partition, offset);
                }
            }

            return fromDatabase ? starts : new Dictionary<TopicPartitionId, long>();
        }
        catch (Exception exception)
        {
            throw new OutboxException(
                $"Consumer '{consumer}' cannot find out where its partitions start; it joins its group again. See the inner exception: the broker or the database does not answer.",
                exception);
        }
    }

    private IReadOnlyDictionary<TopicPartitionId, long> Read(List<TopicPartitionId> partitions)
    {
        if (partitions.Count == 0)
        {
            return new Dictionary<TopicPartitionId, long>();
        }

        using var limit = new CancellationTokenSource(Limit, time);
        return read(partitions, limit.Token).GetAwaiter().GetResult();
    }

    [LoggerMessage(
        5029,
        LogLevel.Warning,
        "Consumer {Consumer}: its group has no offset of {Topic}, partition {Partition}. It goes on at offset {Offset}, which the database remembers. If the topic was made anew, delete its rows of the inbox offsets and start again.")]
    private partial void LogForgotten(string consumer, string topic, int partition, long offset);
}
