using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>A key that is held back, or a message that the broker refused.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="Topic">The topic. Together with the key it is what is held.</param>
/// <param name="Key">The key, as <see cref="MessageSummary.Key"/> shows it.</param>
/// <param name="HoldsKey">Whether later messages of the key wait too.</param>
/// <param name="Messages">How many messages it has; counted up to 10,000.</param>
/// <param name="Attempts">How often the refused message was sent.</param>
/// <param name="Error">Why it was refused.</param>
/// <param name="ParkedAt">When, by the database's clock.</param>
/// <param name="Request">What was asked for and is not done yet, or null.</param>
public sealed record ParkedKeySummary(
    long Id,
    string Topic,
    string? Key,
    bool HoldsKey,
    RowCount Messages,
    int Attempts,
    string Error,
    DateTimeOffset ParkedAt,
    ParkedKeyAction? Request);
