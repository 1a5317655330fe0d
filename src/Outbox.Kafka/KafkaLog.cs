using Microsoft.Extensions.Logging;

namespace Outbox.Kafka;

/// <summary>What the Kafka rooms log: 4000 to 4999.</summary>
internal static partial class KafkaLog
{
    [LoggerMessage(EventId = 4000, Message = "librdkafka {Client} {Facility}: {Text}")]
    public static partial void ClientSays(this ILogger logger, LogLevel level, string client, string facility, string text);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "Kafka client error: {Error}")]
    public static partial void ClientError(this ILogger logger, string error);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "The Kafka client cannot go on and will be replaced: {Error}")]
    public static partial void ClientFatal(this ILogger logger, string error);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Information, Message = "Created the topic {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(this ILogger logger, string topic, int partitions);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning, Message = "Could not create the topic {Topic}: {Error}")]
    public static partial void TopicNotCreated(this ILogger logger, string topic, string error);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Warning, Message = "The topic {Topic} cannot be sent to: {Error}")]
    public static partial void TopicRefused(this ILogger logger, string topic, string error);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Information, Message = "Assigned to group {Group}: {Count} partitions")]
    public static partial void Assigned(this ILogger logger, string group, int count);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Information, Message = "Revoked from group {Group}: {Count} partitions")]
    public static partial void Revoked(this ILogger logger, string group, int count);

    [LoggerMessage(EventId = 4008, Level = LogLevel.Warning, Message = "Lost to group {Group}: {Count} partitions")]
    public static partial void Lost(this ILogger logger, string group, int count);

    [LoggerMessage(EventId = 4009, Level = LogLevel.Warning, Message = "The Kafka client did not give back {Count} messages in time; they count as abandoned")]
    public static partial void GivenUp(this ILogger logger, int count);

    [LoggerMessage(EventId = 4010, Level = LogLevel.Warning, Message = "Leaving the group {Group} failed: {Error}")]
    public static partial void LeavingFailed(this ILogger logger, string group, string error);
}
