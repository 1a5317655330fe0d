namespace Outbox.Storage;

/// <summary>A partition of a replay that an instance works on.</summary>
/// <param name="ReplayId">The replay.</param>
/// <param name="Kind">Which messages it runs.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="NextOffset">Where to go on.</param>
/// <param name="EndOffset">Where to end.</param>
/// <param name="Key">Only messages with this key; null for all.</param>
/// <param name="MessageName">Only messages of this name; null for all.</param>
/// <param name="MaxPerSecond">How many messages a second at most; null for no limit.</param>
/// <param name="Owner">The instance.</param>
internal sealed record ReplayClaim(
    Guid ReplayId,
    ReplayKind Kind,
    string Topic,
    int Partition,
    long NextOffset,
    long EndOffset,
    byte[]? Key,
    string? MessageName,
    int? MaxPerSecond,
    Guid Owner);
