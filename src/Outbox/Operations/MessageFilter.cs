namespace Outbox.Operations;

/// <summary>Which messages are meant; what is null does not matter, the rest must all hold.</summary>
public sealed record MessageFilter
{
    /// <summary>The topic.</summary>
    /// <value>Default: null.</value>
    public string? Topic { get; init; }

    /// <summary>The key, as <see cref="MessageSummary.Key"/> shows it.</summary>
    /// <value>Default: null.</value>
    public string? Key { get; init; }

    /// <summary>The name of the message's type, as registered.</summary>
    /// <value>Default: null.</value>
    public string? Type { get; init; }

    /// <summary>The consumer, where messages are deferred.</summary>
    /// <value>Default: null.</value>
    public string? Consumer { get; init; }

    /// <summary>A part of the error's text or of its type's name. Large and small letters count.</summary>
    /// <value>Default: null.</value>
    public string? Error { get; init; }

    /// <summary>How long it is there at least, by the database's clock.</summary>
    /// <value>Default: null.</value>
    public TimeSpan? OlderThan { get; init; }
}
