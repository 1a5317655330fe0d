using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Outbox.DeadLetters;
using Outbox.Inbox;
using Outbox.Transport;

namespace Outbox.Redrive;

/// <summary>Makes the original message from a dead letter.</summary>
internal static class LetterReader
{
    /// <returns>False where it is not what this library writes.</returns>
    public static bool TryRead(ReceivedMessage letter, [NotNullWhen(true)] out Letter? read)
    {
        var headers = letter.Headers;
        read = null;
        if (headers.GetText(DeadLetterHeaders.Topic) is not { } topic
            || !TryNumber(headers, DeadLetterHeaders.Partition, out var partition)
            || !TryNumber(headers, DeadLetterHeaders.Offset, out var offset)
            || !Guid.TryParse(headers.GetText(DeadLetterHeaders.MessageId) ?? headers.GetText(OutboxHeaders.MessageId), out var id))
        {
            return false;
        }

        var redrives = TryNumber(headers, DeadLetterHeaders.Redrive, out var before) ? (int)before : 0;
        var message = new ReceivedMessage
        {
            Source = new TopicPartitionId(topic, (int)partition),
            Offset = offset,
            Timestamp = Time(headers, DeadLetterHeaders.MessageTimestamp) ?? letter.Timestamp,
            Key = letter.Key,
            Payload = letter.Payload,
            Headers = new MessageHeaders(headers.Where(header => !header.Name.StartsWith(DeadLetterComposer.OwnPrefix, StringComparison.Ordinal)))
                .Add(OutboxHeaders.Redrive, (redrives + 1).ToString(CultureInfo.InvariantCulture)),
        };
        var told = new RedriveLetter
        {
            MessageId = id,
            Partition = (int)partition,
            Offset = offset,
            Key = letter.Key,
            ErrorType = headers.GetText(DeadLetterHeaders.ErrorType) ?? "",
            ErrorMessage = headers.GetText(DeadLetterHeaders.ErrorMessage) ?? "",
            Attempts = TryNumber(headers, DeadLetterHeaders.Attempts, out var attempts) ? (int)attempts : 0,
            Redrives = redrives,
            FailedAt = Time(headers, DeadLetterHeaders.FailedAt) ?? letter.Timestamp,
            Outcome = RedriveOutcome.Redriven,
        };
        read = new Letter(new IdentifiedMessage(message, id), headers.GetText(DeadLetterHeaders.Consumer) ?? "", redrives, told);
        return true;
    }

    private static bool TryNumber(MessageHeaders headers, string name, out long number) =>
        long.TryParse(headers.GetText(name), NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static DateTimeOffset? Time(MessageHeaders headers, string name) =>
        DateTimeOffset.TryParse(headers.GetText(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
