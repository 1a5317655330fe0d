using Confluent.Kafka;
using Outbox.Kafka.Errors;
using Outbox.Transport;

namespace Outbox.Kafka.Sending;

/// <summary>What the broker said of a topic.</summary>
/// <param name="Error">Why it cannot be used, or null.</param>
/// <param name="MayAppear">Whether asking again soon may help.</param>
/// <param name="IsUnreachable">Whether there was no answer.</param>
internal readonly record struct TopicAnswer(string? Error, bool MayAppear, bool IsUnreachable)
{
    public static TopicAnswer From(Error error, int partitions) => error switch
    {
        { IsError: false } => new(partitions > 0 ? null : "it has no partitions yet", partitions == 0, false),
        { Code: ErrorCode.UnknownTopicOrPart or ErrorCode.LeaderNotAvailable } => new(KafkaErrors.Describe(error), true, false),
        _ when KafkaErrors.Classify(error) == DeliveryFailure.Topic => new(KafkaErrors.Describe(error), false, false),
        _ => new(KafkaErrors.Describe(error), false, true),
    };
}
