using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Outbox.Kafka.Sending;

/// <summary>
/// Asks the broker whether a topic exists and may be written to. It asks through the producer's own connections; a broker that
/// creates topics by itself does so when asked.
/// </summary>
internal sealed class TopicQuestion(Handle producer)
{
    private readonly IAdminClient _admin = new DependentAdminClientBuilder(producer).Build();

    public TopicAnswer Ask(string topic, TimeSpan timeout)
    {
        try
        {
            var found = _admin.GetMetadata(topic, timeout).Topics.Find(candidate => candidate.Topic == topic);
            var answer = found is null
                ? TopicAnswer.From(new Error(ErrorCode.UnknownTopicOrPart), 0)
                : TopicAnswer.From(found.Error, found.Partitions.Count);
            return answer.Error is null && IsReadOnly(topic, timeout)
                ? new TopicAnswer("this client may not write to it", MayAppear: false, IsUnreachable: false)
                : answer;
        }
        catch (KafkaException exception)
        {
            return TopicAnswer.From(exception.Error, 0);
        }
    }

    /// <summary>A refusal by access rules comes with the answer to a batch, and ends the whole producer: so it is asked for before.</summary>
    private bool IsReadOnly(string topic, TimeSpan timeout)
    {
        try
        {
            var options = new DescribeTopicsOptions { RequestTimeout = timeout, IncludeAuthorizedOperations = true };
            var described = _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), options).GetAwaiter().GetResult();
            return described.TopicDescriptions[0].AuthorizedOperations is { Count: > 0 } allowed
                && !allowed.Contains(AclOperation.Write)
                && !allowed.Contains(AclOperation.All);
        }
        catch (KafkaException)
        {
            return false; // not every broker answers this; the produce request will tell
        }
    }
}
