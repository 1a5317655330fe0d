namespace Outbox;

/// <summary>When a health check says degraded, and when unhealthy. None of the second kind may be below its first.</summary>
public sealed class OutboxHealthOptions
{
    /// <summary>How long the oldest message may wait to be sent before the check is degraded.</summary>
    /// <value>Default: 1 minute. Above zero.</value>
    public TimeSpan DegradedAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the oldest message may wait to be sent before the check is unhealthy.</summary>
    /// <value>Default: 15 minutes.</value>
    public TimeSpan UnhealthyAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long ago the relay may have read, or a consumer asked for messages, before the check is degraded. Keep it well above
    /// <see cref="ConsumerOptions.CommitInterval"/>: a consumer tells that it lives that often.
    /// </summary>
    /// <value>Default: 30 seconds. Above zero.</value>
    public TimeSpan DegradedSilence { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long ago the relay may have read, or a consumer asked for messages, before the check is unhealthy.</summary>
    /// <value>Default: 2 minutes.</value>
    public TimeSpan UnhealthySilence { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How many messages a consumer's instance may be behind in all its partitions together before the check is degraded.</summary>
    /// <value>Default: null, no limit.</value>
    public long? DegradedLag { get; set; }

    /// <summary>How many messages a consumer's instance may be behind in all its partitions together before the check is unhealthy.</summary>
    /// <value>Default: null, no limit.</value>
    public long? UnhealthyLag { get; set; }

    /// <summary>
    /// How long a consumer's instance may have no partition before the check is degraded. Set it where there are at least as many
    /// partitions as instances: a spare instance has none for good reason.
    /// </summary>
    /// <value>Default: null, no limit.</value>
    public TimeSpan? DegradedUnassigned { get; set; }

    /// <summary>How long the broker may take to answer before the check is degraded.</summary>
    /// <value>Default: 2 seconds. Above zero.</value>
    public TimeSpan BrokerTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
