using System.Text;
using Outbox.Transport;

namespace Outbox.Tests.Mapping;

/// <summary>Received messages for tests without a broker.</summary>
internal static class Received
{
    public static ReceivedMessage Message(string? body, params (string Name, string Value)[] headers) => new()
    {
        Source = new TopicPartitionId("foreign", 1),
        Offset = 2,
        Timestamp = DateTimeOffset.UnixEpoch,
        Key = null,
        Payload = body is null ? null : Encoding.UTF8.GetBytes(body),
        Headers = new MessageHeaders(headers.Select(header => MessageHeader.Text(header.Name, header.Value))),
    };
}
