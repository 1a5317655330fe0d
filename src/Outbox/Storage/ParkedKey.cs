namespace Outbox.Storage;

/// <summary>An ordering key that is held back, or a dead letter of the outbox side.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="KeyHash">The hash by which its bucket is found.</param>
/// <param name="Topic">The topic. Together with the key it is what is held: the same key of another topic goes on.</param>
/// <param name="Key">The key, or null where the message had none.</param>
/// <param name="HoldsKey">Whether later messages of the key wait too.</param>
/// <param name="Request">What an operator asked for, or null.</param>
public readonly record struct ParkedKey(long Id, int KeyHash, string Topic, byte[]? Key, bool HoldsKey, ParkedKeyAction? Request);
