using System.Text;
using Outbox.Storage.Tables;

namespace Outbox.Dashboard.Tests.Running;

/// <summary>Rows to look at, with a text in every field that can hold one.</summary>
internal static class Rows
{
    public static OutboxMessageRecord Waiting(string topic = "orders", string key = "a", string body = "body", string headers = """[["message-type","order-placed"]]""") => new()
    {
        MessageId = Guid.CreateVersion7(),
        Topic = topic,
        Key = Encoding.UTF8.GetBytes(key),
        Payload = Encoding.UTF8.GetBytes(body),
        Headers = headers,
    };

    public static OutboxParkedKeyRecord ParkedKey(string topic = "orders", string key = "a", string error = "too large") =>
        new() { Topic = topic, Key = Encoding.UTF8.GetBytes(key), HoldsKey = true, Attempts = 3, Error = error };

    public static InboxDeferredRecord Deferred(string text, string consumer = "billing") => new()
    {
        Consumer = consumer,
        MessageId = Guid.CreateVersion7(),
        Topic = text,
        Key = Encoding.UTF8.GetBytes(text),
        Payload = [],
        Headers = "[]",
        Partition = 0,
        Offset = 1,
        Attempts = 2,
        SourceTimestamp = DateTime.UnixEpoch,
        FirstSeen = DateTime.UtcNow,
        DueAt = DateTime.UtcNow.AddHours(1),
        ErrorType = text,
        Error = text,
    };
}
