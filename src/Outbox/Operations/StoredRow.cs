using Outbox.Messages;

namespace Outbox.Operations;

/// <summary>A message of any place, as queries see it. What a place does not have is not set.</summary>
internal sealed class StoredRow
{
    public long Id { get; init; }

    public int KeyHash { get; init; }

    public Guid MessageId { get; init; }

    public string Topic { get; init; } = "";

    public byte[]? Key { get; init; }

    public string Headers { get; init; } = "";

    public int? PayloadBytes { get; init; }

    public DateTime CreatedAt { get; init; }

    public string Consumer { get; init; } = "";

    public DateTime? DueAt { get; init; }

    public DateTime? SentAt { get; init; }

    public int? Partition { get; init; }

    public long? Offset { get; init; }

    public int? Attempts { get; init; }

    public string? ErrorType { get; init; }

    public string? Error { get; init; }

    public long? ParkedKeyId { get; init; }

    public MessageSummary Summarize(MessagePlace place) => new()
    {
        Place = place,
        Id = Id,
        MessageId = MessageId,
        Topic = Topic,
        Key = KeyText.Format(Key),
        Type = TypeOf(Headers),
        PayloadBytes = PayloadBytes,
        CreatedAt = StoredTime.Of(CreatedAt),
        DueAt = StoredTime.Of(DueAt),
        Consumer = Consumer.Length == 0 ? null : Consumer,
        SentAt = StoredTime.Of(SentAt),
        Partition = Partition,
        Offset = Offset,
        Attempts = Attempts,
        ErrorType = ErrorType,
        Error = Error,
        ParkedKeyId = ParkedKeyId,
    };

    private static string? TypeOf(string stored)
    {
        try
        {
            var headers = new MessageHeaders();
            HeaderCodec.Decode(System.Text.Encoding.UTF8.GetBytes(stored), headers);
            return headers.GetText(OutboxHeaders.MessageType);
        }
        catch (OutboxException)
        {
            // The list must show a damaged row, above all.
            return null;
        }
    }
}
