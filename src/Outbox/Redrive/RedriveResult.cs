namespace Outbox;

/// <summary>What a redrive has done; in a dry run, what it would do.</summary>
/// <param name="Read">Dead letters read.</param>
/// <param name="Redriven">Those whose messages are on their way.</param>
/// <param name="SettledBefore">Those asked for that were redriven before, or are settled otherwise.</param>
/// <param name="TooOften">Those asked for that were redriven too often.</param>
/// <param name="Letters">The first 1,000 of those asked for.</param>
public sealed record RedriveResult(long Read, long Redriven, long SettledBefore, long TooOften, IReadOnlyList<RedriveLetter> Letters);
