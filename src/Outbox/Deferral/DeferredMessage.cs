namespace Outbox;

/// <summary>A message that waits for a retry, or behind one of its key.</summary>
public sealed record DeferredMessage
{
    /// <summary>Its id among the deferred ones.</summary>
    public required long Id { get; init; }

    /// <summary>The id by which its copies are recognised.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The topic that it came from.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition that it came from.</summary>
    public required int Partition { get; init; }

    /// <summary>Its offset there.</summary>
    public required long Offset { get; init; }

    /// <summary>Its key, or null.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>How often its handler was called; 0 for one that only waits behind others.</summary>
    public required int Attempts { get; init; }

    /// <summary>How many retries it has had since it was deferred.</summary>
    public required int Retries { get; init; }

    /// <summary>When it was first taken up.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>When it is tried next, unless another of its key is to go first.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The full name of the last exception's type; null for one that was never tried.</summary>
    public required string? ErrorType { get; init; }

    /// <summary>The last exception's text, cut to 1,000 characters; null for one that was never tried.</summary>
    public required string? Error { get; init; }
}
