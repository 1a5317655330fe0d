namespace Outbox;

/// <summary>Where the tables of the outbox and inbox are. Part of the model: a change needs a migration.</summary>
public sealed class OutboxTableOptions
{
    /// <summary>The schema. Must match <c>^[A-Za-z_][A-Za-z0-9_]{0,62}$</c>.</summary>
    /// <value>Default: null, the context's default schema.</value>
    public string? Schema { get; set; }

    /// <summary>Goes before every table's name. The name with it must match <c>^[A-Za-z_][A-Za-z0-9_]{0,62}$</c>.</summary>
    /// <value>Default: empty.</value>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Whether this context's migrations make the tables. Say false in all but one context where several share a database.
    /// </summary>
    /// <value>Default: true.</value>
    public bool InMigrations { get; set; } = true;

    /// <summary>
    /// Whether there is a table <c>outbox_archive</c> too, for relays that keep what they have sent (<see cref="RelayOptions.Archive"/>).
    /// </summary>
    /// <value>Default: false.</value>
    public bool Archive { get; set; }
}
