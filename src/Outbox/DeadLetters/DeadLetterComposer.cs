using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Inbox;
using Outbox.Storage;

namespace Outbox.DeadLetters;

/// <summary>Turns a dead letter into the message that the relay sends.</summary>
internal sealed class DeadLetterComposer(string consumer, string groupId)
{
    /// <summary>How the names of a dead letter's own headers begin.</summary>
    public const string OwnPrefix = "dlq.";

    public RawMessage Compose(DeadLetter letter, DateTimeOffset failedAt) =>
        new(DeadLetterTopic.Of(letter.Message.Source.Topic, groupId), letter.Message.Key, letter.Message.Payload)
        {
            MessageId = letter.MessageId,
            Headers = Headers(letter, failedAt),
        };

    private MessageHeaders Headers(DeadLetter letter, DateTimeOffset failedAt)
    {
        var (message, id, error, attempts, handler, firstSeen) = letter;
        error = Cause(error);
        var headers = new MessageHeaders(message.Headers.Where(header => IsKept(header, id)))
            .Add(DeadLetterHeaders.Topic, message.Source.Topic)
            .Add(DeadLetterHeaders.Partition, message.Source.Partition.ToString(CultureInfo.InvariantCulture))
            .Add(DeadLetterHeaders.Offset, message.Offset.ToString(CultureInfo.InvariantCulture))
            .Add(DeadLetterHeaders.Group, groupId)
            .Add(DeadLetterHeaders.Consumer, consumer)
            .Add(DeadLetterHeaders.MessageId, id.ToString())
            .Add(DeadLetterHeaders.Attempts, attempts.ToString(CultureInfo.InvariantCulture))
            .Add(DeadLetterHeaders.ErrorType, StoredErrors.TypeOf(error))
            .Add(DeadLetterHeaders.ErrorMessage, StoredErrors.TextOf(error))
            .Add(DeadLetterHeaders.FirstSeen, Text(firstSeen))
            .Add(DeadLetterHeaders.FailedAt, Text(failedAt))
            .Add(DeadLetterHeaders.MessageTimestamp, Text(message.Timestamp));
        if (RedriveHeaders.NumberOf(message.Headers) is > 0 and var redrive)
        {
            headers.Add(DeadLetterHeaders.Redrive, redrive.ToString(CultureInfo.InvariantCulture));
        }

        return handler is null ? headers : headers.Add(DeadLetterHeaders.Handler, handler.Name);
    }

    /// <summary>
    /// Not the id that the relay adds from the row, nor what an earlier life as a dead letter left: those would pile up.
    /// </summary>
    private static bool IsKept(MessageHeader header, Guid messageId) => header.Name switch
    {
        OutboxHeaders.Redrive or OutboxHeaders.RedriveGroup => false,
        OutboxHeaders.MessageId => !Guid.TryParse(header.AsText(), out var id) || id != messageId,
        _ => !header.Name.StartsWith(OwnPrefix, StringComparison.Ordinal),
    };

    /// <summary>What made an execution strategy give up, in place of its giving up.</summary>
    public static Exception Cause(Exception error) =>
        error is RetryLimitExceededException { InnerException: { } cause } ? cause : error;

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
