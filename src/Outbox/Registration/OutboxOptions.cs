namespace Outbox;

/// <summary>Options that concern every role. Bound from the configuration section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// The largest message that can be enqueued, in bytes: key, payload and headers together. Keep it below the broker's
    /// <c>message.max.bytes</c>, so that a message which is too large fails its business transaction and not the relay.
    /// </summary>
    /// <value>Default: 1,000,000 (Kafka's default limit is 1,048,588). From 1 to 1,000,000,000.</value>
    public int MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>
    /// Into how many shares the keys are divided among relays. The same for every process of a database.
    /// </summary>
    /// <value>Default: 32. From 1 to 1,024.</value>
    public int Buckets { get; set; } = 32;

    /// <summary>
    /// Whether relays of this process change the number of buckets where another than <see cref="Buckets"/> is installed; else their
    /// start fails. They ask for it in the database and wait: relays with another number give their buckets back and stop relaying
    /// until they are started with the new number; leases of those that died run out. Then the new relays take over, each key in its
    /// order. Set it in the processes of one deployment with the new number, and not in those with the old one.
    /// </summary>
    /// <value>Default: false.</value>
    public bool ChangeBuckets { get; set; }

    /// <summary>
    /// How many messages may wait to be sent before <see cref="BacklogPolicy"/> takes effect; it ends below nine tenths of that.
    /// Counted in the background by every process, so the backlog may pass the limit by what is enqueued meanwhile. Scheduled and
    /// parked messages do not count.
    /// </summary>
    /// <value>Default: 0, no limit.</value>
    public long BacklogLimit { get; set; }

    /// <summary>What happens when as many messages wait as <see cref="BacklogLimit"/> says.</summary>
    /// <value>Default: <see cref="BacklogPolicy.Warn"/>.</value>
    public BacklogPolicy BacklogPolicy { get; set; }

    /// <summary>How often the waiting messages are counted, where they have a limit. Counting costs about as much as reading the limit's number of rows.</summary>
    /// <value>Default: 5 s. From 10 ms to 1 hour.</value>
    public TimeSpan BacklogCheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a process looks what waits in the database: one that relays while somebody listens to the metrics, any that has the
    /// health check. A look costs a bounded number of small queries, whatever waits.
    /// </summary>
    /// <value>Default: 15 s. Zero for never, or from 100 ms to 1 hour.</value>
    public TimeSpan SampleInterval { get; set; } = TimeSpan.FromSeconds(15);
}
