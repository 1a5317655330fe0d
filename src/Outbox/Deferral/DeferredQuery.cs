namespace Outbox;

/// <summary>Which deferred messages to list. Every condition that is set must hold.</summary>
/// <param name="Consumer">The consumer that deferred them.</param>
public sealed record DeferredQuery(string Consumer)
{
    /// <summary>Only those of this topic.</summary>
    /// <value>Default: null, any.</value>
    public string? Topic { get; init; }

    /// <summary>Only those with this key.</summary>
    /// <value>Default: null, any. Needs <see cref="Topic"/>.</value>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>Only those whose last error has this type, by its full name.</summary>
    /// <value>Default: null, any.</value>
    public string? ErrorType { get; init; }

    /// <summary>Only those with a greater id: the last one of the page before.</summary>
    /// <value>Default: 0, from the first.</value>
    public long After { get; init; }

    /// <summary>How many at most.</summary>
    /// <value>Default: 100. From 1 to 1,000.</value>
    public int Take { get; init; } = 100;
}
