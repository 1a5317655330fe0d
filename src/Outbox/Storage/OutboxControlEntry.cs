namespace Outbox;

/// <summary>A pause or drain of one topic or of all.</summary>
/// <param name="Topic">The topic; empty for all of them.</param>
/// <param name="State">What was asked for.</param>
/// <param name="RequestedBy">Who asked, in the words of the caller; may be empty.</param>
/// <param name="RequestedAt">When, by the database's clock.</param>
public readonly record struct OutboxControlEntry(string Topic, OutboxControlState State, string RequestedBy, DateTimeOffset RequestedAt);
