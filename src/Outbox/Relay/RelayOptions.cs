namespace Outbox;

/// <summary>How the relay works. Bound from the configuration section <c>Outbox:Relay</c>.</summary>
public sealed class RelayOptions
{
    /// <summary>How many rows are read and deleted at once.</summary>
    /// <value>Default: 2,000. From 1 to 20,000.</value>
    public int BatchSize { get; set; } = 2_000;

    /// <summary>How many messages may be handed to the transport and not yet be deleted.</summary>
    /// <value>Default: 20,000. At least <see cref="BatchSize"/>, at most 1,000,000.</value>
    public int MaxInFlight { get; set; } = 20_000;

    /// <summary>How many bytes those messages may have; one message may exceed it alone.</summary>
    /// <value>Default: 67,108,864 (64 MiB). At least 1,048,576.</value>
    public long MaxInFlightBytes { get; set; } = 64L << 20;

    /// <summary>The first pause after a look into the outbox that found nothing. Doubles up to <see cref="MaxPollInterval"/>.</summary>
    /// <value>Default: 50 ms. From 1 ms.</value>
    public TimeSpan MinPollInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two looks into the outbox. Commits of this process wake the relay at once.</summary>
    /// <value>Default: 1 s. At least <see cref="MinPollInterval"/>, at most 1 hour.</value>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>For how long a relay owns its buckets without renewing. Another takes over after a hang of this length at the latest.</summary>
    /// <value>Default: 15 s. From 1 s to 1 hour.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the leases are renewed.</summary>
    /// <value>Default: 5 s. At most half of <see cref="LeaseDuration"/>.</value>
    public TimeSpan RenewInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after a failure of the database or the transport. Doubles up to <see cref="MaxBackoff"/>, with jitter.</summary>
    /// <value>Default: 100 ms. From 1 ms.</value>
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause after failures in a row. Also how often a missing or forbidden topic is tried again.</summary>
    /// <value>Default: 10 s. At least <see cref="MinBackoff"/>.</value>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for acknowledgements, and as long again for the rows to be deleted.</summary>
    /// <value>Default: 10 s. Keep the host's shutdown timeout above twice of it.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens to a message that the broker refuses for good.</summary>
    /// <value>Default: <see cref="PoisonMessagePolicy.ParkKey"/>.</value>
    public PoisonMessagePolicy PoisonMessages { get; set; } = PoisonMessagePolicy.ParkKey;

    /// <summary>
    /// Whether sent messages are kept in <c>outbox_archive</c>, with the partition and offset that they got, by the transaction that takes
    /// them out of the outbox. Needs the table: <c>modelBuilder.AddOutbox(tables => tables.Archive = true)</c>. Costs another row for each
    /// message, payload included.
    /// </summary>
    /// <value>Default: false.</value>
    public bool Archive { get; set; }

    /// <summary>How long sent messages are kept, where they are. Older ones are removed in small batches.</summary>
    /// <value>Default: 7 days. From 1 second to 36,500 days.</value>
    public TimeSpan ArchiveRetention { get; set; } = TimeSpan.FromDays(7);
}
