namespace Outbox;

/// <summary>Options of one consumer. Bound from the configuration section <c>Outbox:Consumers:{name}</c>; code wins over it.</summary>
public sealed class ConsumerOptions
{
    /// <summary>
    /// The Kafka consumer group. It can be renamed without forgetting what was handled, which is kept under the consumer's name; dead
    /// letters go to <c>{topic}.{group}.dlq</c>, which must be a legal topic name. Two consumers never share a group.
    /// </summary>
    /// <value>Default: null, the consumer's name.</value>
    public string? GroupId { get; set; }

    /// <summary>The static member id (Kafka's <c>group.instance.id</c>), different for every running instance.</summary>
    /// <value>Default: null, a dynamic member.</value>
    public string? InstanceId { get; set; }

    /// <summary>How many messages are handled at once. Messages of one key are always in the same lane.</summary>
    /// <value>Default: twice the number of processors. From 1 to 1,024.</value>
    public int Lanes { get; set; } = Environment.ProcessorCount * 2;

    /// <summary>How many messages wait in one lane. When it is full, the partitions that feed it pause.</summary>
    /// <value>Default: 1,000. From 1 to 100,000.</value>
    public int MaxInFlightPerLane { get; set; } = 1_000;

    /// <summary>
    /// How many bytes of messages (bodies, keys, header values) are held at most, those that are being handled among them. Above it every
    /// partition pauses until half of it is free; the message that passes it is still taken. What the Kafka client fetches ahead comes on
    /// top (its <c>queued.max.messages.kbytes</c>, 64 MB by default).
    /// </summary>
    /// <value>Default: 64 MB (67,108,864). From 1 to 64 GB.</value>
    public long MaxBytesInFlight { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Messages that wait in a lane are handled in one transaction, so many at a time that their handlers take about this long. Slow
    /// handlers get a transaction for each message; a chunk that fails repeats little.
    /// </summary>
    /// <value>Default: 50 ms. From 1 ms to 10 s.</value>
    public TimeSpan ChunkTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// After this time no further message of a chunk begins: what has run is committed, and the rest is handled one by one. It bounds
    /// how long a transaction lasts when handlers become slow, to this time and one call of a handler.
    /// </summary>
    /// <value>Default: 1 s. At least <see cref="ChunkTime"/>, at most 5 minutes.</value>
    public TimeSpan ChunkTimeLimit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A chunk has at least so many messages, if they wait, however slow their handlers are.</summary>
    /// <value>Default: 1. From 1 to <see cref="MaxChunkSize"/>.</value>
    public int MinChunkSize { get; set; } = 1;

    /// <summary>A chunk has at most so many messages. With 1 every message has a transaction of its own.</summary>
    /// <value>Default: 500. From 1 to 10,000.</value>
    public int MaxChunkSize { get; set; } = 500;

    /// <summary>
    /// How often a handler is called for a message at once, while its lane waits, before the message is deferred. A call in a chunk
    /// that leaves the message out, or is rolled back, does not count: others may be to blame for it, and nothing came of it. Not used with retries of your own.
    /// </summary>
    /// <value>Default: 3. From 1 to 100.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The wait before the second attempt, about; it doubles with each further one. The message's lane waits with it.</summary>
    /// <value>Default: 100 ms. From 0 to 1 minute, at most <see cref="MaxRetryDelay"/>.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No wait between attempts is longer.</summary>
    /// <value>Default: 5 s. From 1 ms to 5 minutes.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a deferred message is tried again, before it is dead-lettered. Each time has <see cref="MaxAttempts"/> of its own. A
    /// deferred message waits in the database, and the later ones of its key behind it; other keys go on.
    /// </summary>
    /// <value>Default: 10. From 0 (none: dead-lettered at once) to 1,000.</value>
    public int DeferredAttempts { get; set; } = 10;

    /// <summary>The wait before the first deferred attempt, about; it doubles with each further one.</summary>
    /// <value>Default: 5 s. From 1 ms to 1 day, at most <see cref="MaxDeferredDelay"/>.</value>
    public TimeSpan DeferredDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No wait between deferred attempts is longer.</summary>
    /// <value>Default: 1 hour. From 1 ms to 7 days.</value>
    public TimeSpan MaxDeferredDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A message that fails at a greater age, counted from when it was first taken up, is dead-lettered.</summary>
    /// <value>Default: 1 day. From 1 ms to 365 days.</value>
    public TimeSpan MaxDeferredAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Whether later messages of a key are handled while an earlier one is deferred. They keep their speed then, and the key loses its order.
    /// </summary>
    /// <value>Default: false.</value>
    public bool LaterMessagesPass { get; set; }

    /// <summary>How often deferred messages that are due are looked for.</summary>
    /// <value>Default: 1 s. From 1 ms to 1 minute.</value>
    public TimeSpan DeferredPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// When so many messages in a row have failed, the consumer pauses its partitions and tries one message after a break: a dependency
    /// that is away must not turn the whole topic into deferred messages. 0 for never.
    /// </summary>
    /// <value>Default: 50. From 0 to 1,000,000.</value>
    public int CircuitFailures { get; set; } = 50;

    /// <summary>The first break; it doubles with each message that fails after one.</summary>
    /// <value>Default: 5 s. From 1 ms to 1 hour, at most <see cref="MaxCircuitBreak"/>.</value>
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No break is longer.</summary>
    /// <value>Default: 1 minute. From 1 ms to 1 day.</value>
    public TimeSpan MaxCircuitBreak { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After this time an attempt's token is cancelled and the attempt has failed, even if the handler returns later.</summary>
    /// <value>Default: 1 minute. From 1 ms to 1 hour.</value>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long handlers may go on when the consumer stops or a partition is given to another instance. Then they are cancelled,
    /// rolled back, and their messages received again. Keep it below the host's shutdown timeout and Kafka's <c>max.poll.interval.ms</c>.
    /// </summary>
    /// <value>Default: 15 s. From 0 to 5 minutes.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often offsets are committed to the broker. After a crash, what was handled since then is received again and skipped.</summary>
    /// <value>Default: 1 s. From 10 ms to 1 minute.</value>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How it is told that a message was handled before. Go from one to another by way of <see cref="DeduplicationMode.Both"/>, for as long as
    /// copies may come.
    /// </summary>
    /// <value>Default: <see cref="DeduplicationMode.Ids"/>.</value>
    public DeduplicationMode Deduplication { get; set; } = DeduplicationMode.Ids;

    /// <summary>
    /// How long the marks of handled messages are kept. A copy that arrives later is handled again, so keep it above the retention of
    /// the topics.
    /// </summary>
    /// <value>Default: 8 days, a day more than Kafka keeps messages by default. From 1 minute to 10,000 days.</value>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(8);

    /// <summary>How often marks older than <see cref="InboxRetention"/> are removed.</summary>
    /// <value>Default: 5 minutes. From 1 s to 1 day, at most <see cref="InboxRetention"/>.</value>
    public TimeSpan InboxCleanupInterval { get; set; } = TimeSpan.FromMinutes(5);
}
