namespace Outbox;

/// <summary>One dead letter that was asked for.</summary>
public sealed record RedriveLetter
{
    /// <summary>The id by which copies of the message are recognised.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The partition of <see cref="RedriveRequest.Topic"/> that the message came from.</summary>
    public required int Partition { get; init; }

    /// <summary>Its offset there.</summary>
    public required long Offset { get; init; }

    /// <summary>The message's key, or null.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>The full name of the last exception's type.</summary>
    public required string ErrorType { get; init; }

    /// <summary>The last exception's text, cut to 1,000 characters.</summary>
    public required string ErrorMessage { get; init; }

    /// <summary>How often the handler was called.</summary>
    public required int Attempts { get; init; }

    /// <summary>How often the message was redriven before.</summary>
    public required int Redrives { get; init; }

    /// <summary>When it was given up.</summary>
    public required DateTimeOffset FailedAt { get; init; }

    /// <summary>What became of it.</summary>
    public required RedriveOutcome Outcome { get; init; }
}
