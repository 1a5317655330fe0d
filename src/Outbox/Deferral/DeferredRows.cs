using System.Text;
using Outbox.DeadLetters;
using Outbox.Inbox;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Transport;

namespace Outbox.Deferral;

/// <summary>Messages as rows and back. Everything that came is kept.</summary>
internal static class DeferredRows
{
    /// <summary>A message that waits behind others: never tried, due at once.</summary>
    public static InboxDeferredRecord Waiting(string consumer, IdentifiedMessage message, DateTime now) => new()
    {
        Consumer = consumer,
        MessageId = message.Id,
        KeyHash = OrderingKey.Hash(message.Message.Key, message.Id),
        Topic = message.Message.Source.Topic,
        Partition = message.Message.Source.Partition,
        Offset = message.Message.Offset,
        SourceTimestamp = message.Message.Timestamp.UtcDateTime,
        Key = message.Message.Key,
        Payload = message.Message.Payload,
        Headers = HeaderCodec.Encode(message.Message.Headers),
        FirstSeen = now,
        DueAt = now,
    };

    /// <summary>A message that has failed for the first time here.</summary>
    public static InboxDeferredRecord Failed(string consumer, DeadLetter failed, DateTime dueAt)
    {
        var row = Waiting(consumer, new IdentifiedMessage(failed.Message, failed.MessageId), failed.FirstSeen.UtcDateTime);
        row.Attempts = failed.Attempts;
        row.DueAt = dueAt;
        SetError(row, failed.Error);
        return row;
    }

    public static void SetError(InboxDeferredRecord row, Exception error)
    {
        var cause = DeadLetterComposer.Cause(error);
        row.ErrorType = StoredErrors.TypeOf(cause);
        row.Error = StoredErrors.TextOf(cause);
    }

    public static ReceivedMessage ToMessage(InboxDeferredRecord row)
    {
        var headers = new MessageHeaders();
        HeaderCodec.Decode(Encoding.UTF8.GetBytes(row.Headers), headers);
        return new ReceivedMessage
        {
            Source = new TopicPartitionId(row.Topic, row.Partition),
            Offset = row.Offset,
            Timestamp = Utc(row.SourceTimestamp),
            Key = row.Key,
            Payload = row.Payload,
            Headers = headers,
        };
    }

    /// <summary>Providers without time zones give times back without their kind.</summary>
    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
