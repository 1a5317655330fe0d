namespace Outbox.Replay;

/// <summary>What has to be known of a consumer to ask for a replay.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Topics">What it receives.</param>
/// <param name="Options">Its options: whether it keeps marks, and for how long.</param>
internal sealed record ReplayConsumer(string Name, IReadOnlyList<string> Topics, Func<ConsumerOptions> Options)
{
    public TimeSpan Retention() => Options().InboxRetention;
}
