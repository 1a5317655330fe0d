namespace Outbox;

/// <summary>What is to be replayed.</summary>
public sealed class ReplayRequest
{
    /// <summary>The name of the consumer whose handlers are called.</summary>
    public required string Consumer { get; init; }

    /// <summary>Which messages of the range run.</summary>
    public required ReplayKind Kind { get; init; }

    /// <summary>Where the range begins.</summary>
    public required ReplayPosition From { get; init; }

    /// <summary>Where the range ends: it holds what lies before this place.</summary>
    /// <value>Default: null, the end of the topics at the moment of the request.</value>
    public ReplayPosition? To { get; init; }

    /// <summary>The topics to read, from those that the consumer receives.</summary>
    /// <value>Default: empty, all of them.</value>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Only messages with exactly this key.</summary>
    /// <value>Default: null, every key.</value>
    public byte[]? Key { get; init; }

    /// <summary>Only messages whose type has this stable name.</summary>
    /// <value>Default: null, every name.</value>
    public string? MessageName { get; init; }

    /// <summary>How many messages a second each instance runs at most.</summary>
    /// <value>Default: null, as many as it can. At least 1.</value>
    public int? MaxPerSecond { get; init; }

    /// <summary>Who asks, for <see cref="ReplayStatus"/>.</summary>
    /// <value>Default: empty. At most 200 characters.</value>
    public string RequestedBy { get; init; } = "";
}
