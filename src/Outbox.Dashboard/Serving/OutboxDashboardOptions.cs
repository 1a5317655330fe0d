namespace Outbox;

/// <summary>
/// Who may use a dashboard, and what it is called. A right without a policy is denied, but to requests from the same machine while the
/// application runs in the Development environment.
/// </summary>
public sealed class OutboxDashboardOptions
{
    /// <summary>The authorization policy for looking. It shows topics, keys and errors, but no headers and no payloads.</summary>
    /// <value>Default: null, denied outside Development.</value>
    public string? ReadPolicy { get; set; }

    /// <summary>The authorization policy for acting: pause, release, discard, retry, redrive, replay. Reading must be allowed too.</summary>
    /// <value>Default: null, denied outside Development.</value>
    public string? ActPolicy { get; set; }

    /// <summary>The authorization policy for seeing headers and payloads. Reading must be allowed too.</summary>
    /// <value>Default: null, denied outside Development.</value>
    public string? PayloadPolicy { get; set; }

    /// <summary>The name on every page, for example the service's.</summary>
    /// <value>Default: <c>Outbox</c>.</value>
    public string Title { get; set; } = "Outbox";
}
