using Confluent.Kafka;
using Outbox.Transport;

namespace Outbox.Kafka.Receiving;

/// <summary>The client's messages as ours.</summary>
internal static class KafkaMessage
{
    public static ReceivedMessage From(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Source = result.TopicPartition.ToId(),
        Offset = result.Offset.Value,
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, result.Message.Timestamp.UnixTimestampMs)),
        Key = result.Message.Key,
        Payload = result.Message.Value,
        Headers = ToHeaders(result.Message.Headers),
    };

    private static MessageHeaders ToHeaders(Headers? headers)
    {
        var copy = new MessageHeaders();
        for (var i = 0; i < headers?.Count; i++)
        {
            copy.Add(new MessageHeader(headers[i].Key, headers[i].GetValueBytes()));
        }

        return copy;
    }
}
