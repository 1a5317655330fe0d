namespace Outbox.Operations;

/// <summary>One message, without its payload.</summary>
public sealed record MessageSummary
{
    /// <summary>Where it is.</summary>
    public required MessagePlace Place { get; init; }

    /// <summary>Its row's id in that place. A parked message keeps the one it had while it waited.</summary>
    public required long Id { get; init; }

    /// <summary>The id that travels with it.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The topic that it goes to, or came from where it is deferred.</summary>
    public required string Topic { get; init; }

    /// <summary>The ordering key as text; <c>base64:…</c> where it is no printable text; null where there is none.</summary>
    public required string? Key { get; init; }

    /// <summary>The name of the message's type; null where it has none.</summary>
    public required string? Type { get; init; }

    /// <summary>The payload's size in bytes; null for a tombstone.</summary>
    public required int? PayloadBytes { get; init; }

    /// <summary>When it was enqueued, or taken up by the consumer where it is deferred.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is due; null but for scheduled and deferred messages.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The consumer that deferred it; else null.</summary>
    public string? Consumer { get; init; }

    /// <summary>When it was sent, where it is archived; else null.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>The partition that it came from where it is deferred, or went to where it is archived; else null.</summary>
    public int? Partition { get; init; }

    /// <summary>Its offset there; else null.</summary>
    public long? Offset { get; init; }

    /// <summary>How often its handler was called, where it is deferred; else null.</summary>
    public int? Attempts { get; init; }

    /// <summary>The full name of the last exception's type, where it is deferred; else null.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Why it was deferred; else null. Messages that only wait behind one of their key have none.</summary>
    public string? Error { get; init; }

    /// <summary>The parked entry that it belongs to; else null.</summary>
    public long? ParkedKeyId { get; init; }
}
