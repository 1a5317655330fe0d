using Microsoft.EntityFrameworkCore;

namespace Outbox;

/// <summary>A message on its way into the outbox. Valid only during the call.</summary>
public sealed class EnqueueFilterContext
{
    /// <summary>The context in which it is enqueued. Read from it only; what is added here may miss the save that is under way.</summary>
    public required DbContext Db { get; init; }

    /// <summary>The message, or the <see cref="RawMessage"/>.</summary>
    public required object Message { get; init; }

    /// <summary>The message's id.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The stable name of its type; null for a <see cref="RawMessage"/>.</summary>
    public required string? MessageName { get; init; }

    /// <summary>The topic it goes to.</summary>
    public required string Topic { get; init; }

    /// <summary>Its ordering key, or null. Not to be changed.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>When it is due, UTC; null for at once.</summary>
    public required DateTime? DueAt { get; init; }

    /// <summary>The headers that will be stored, those of the library among them; the id's is added when it is sent.</summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>The body. Put other bytes here to send those; null only where it was null.</summary>
    public required byte[]? Payload { get; set; }
}
