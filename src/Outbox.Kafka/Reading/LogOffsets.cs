using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Outbox.Kafka.Errors;
using Outbox.Kafka.Receiving;
using Outbox.Transport;

namespace Outbox.Kafka.Reading;

/// <summary>Asks where partitions begin and end, and where a time is in them. Safe for concurrent use.</summary>
/// <param name="admin">The cluster's one client.</param>
/// <param name="isolation">As the readers have it: the end that is answered must be one that they can reach.</param>
internal sealed class LogOffsets(Func<IAdminClient> admin, IsolationLevel isolation)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async ValueTask<IReadOnlyList<TopicLogRange>> GetRangesAsync(string topic, CancellationToken cancellationToken)
    {
        var partitions = await DescribeAsync(topic, cancellationToken).ConfigureAwait(false);
        var firsts = await ListAsync(partitions, OffsetSpec.Earliest(), cancellationToken).ConfigureAwait(false);
        var ends = await ListAsync(partitions, OffsetSpec.Latest(), cancellationToken).ConfigureAwait(false);
        return partitions.ConvertAll(partition => new TopicLogRange(
            partition.ToId(), firsts[partition], Math.Max(firsts[partition], ends[partition])));
    }

    public async ValueTask<IReadOnlyDictionary<TopicPartitionId, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var partitions = await DescribeAsync(topic, cancellationToken).ConfigureAwait(false);

        // The ends first: a message that comes between the two questions must not be behind the answer.
        var ends = await ListAsync(partitions, OffsetSpec.Latest(), cancellationToken).ConfigureAwait(false);
        var found = await ListAsync(partitions, OffsetSpec.ForTimestamp(time.ToUnixTimeMilliseconds()), cancellationToken).ConfigureAwait(false);
        return partitions.ToDictionary(
            partition => partition.ToId(), partition => found[partition] >= 0 ? found[partition] : ends[partition]);
    }

    private async Task<List<TopicPartition>> DescribeAsync(string topic, CancellationToken cancellationToken)
    {
        // Describing never creates a topic; asking for its metadata may.
        var description = await AskAsync(
            $"Describing the topic {topic} failed",
            async client => (await client.DescribeTopicsAsync(
                TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Patience }).ConfigureAwait(false)).TopicDescriptions[0],
            cancellationToken).ConfigureAwait(false);
        return [.. description.Partitions.Select(partition => partition.Partition).Order().Select(partition => new TopicPartition(topic, partition))];
    }

    private async Task<Dictionary<TopicPartition, long>> ListAsync(
        List<TopicPartition> partitions, OffsetSpec wanted, CancellationToken cancellationToken)
    {
        var specifications = partitions.ConvertAll(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = wanted });
        var result = await AskAsync(
            "Asking for offsets failed",
            client => client.ListOffsetsAsync(specifications, new ListOffsetsOptions { RequestTimeout = Patience, IsolationLevel = isolation }),
            cancellationToken).ConfigureAwait(false);
        return result.ResultInfos.Select(info => info.TopicPartitionOffsetError)
            .ToDictionary(offset => offset.TopicPartition, offset => offset.Offset.Value);
    }

    private async Task<T> AskAsync<T>(string what, Func<IAdminClient, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(admin()).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DescribeTopicsException exception)
        {
            var error = exception.Results.TopicDescriptions.Find(topic => topic.Error.IsError)?.Error ?? exception.Error;
            throw KafkaErrors.ToException(what, error, exception);
        }
        catch (ListOffsetsException exception)
        {
            var error = exception.Result.ResultInfos.Find(info => info.TopicPartitionOffsetError.Error.IsError)?.TopicPartitionOffsetError.Error
                ?? exception.Error;
            throw KafkaErrors.ToException(what, error, exception);
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.ToException(what, exception.Error, exception);
        }
    }
}
