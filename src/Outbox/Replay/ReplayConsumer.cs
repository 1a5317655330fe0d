namespace Outbox.Replay;

/// <summary>What has to be known of a consumer to ask for a replay.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Topics">What it receives.</param>
/// <param name="Retention">How long its marks are kept.</param>
internal sealed record ReplayConsumer(string Name, IReadOnlyList<string> Topics, Func<TimeSpan> Retention);
