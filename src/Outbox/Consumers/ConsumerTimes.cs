namespace Outbox.Consumers;

/// <summary>The loop's durations.</summary>
/// <param name="CommitInterval">How often offsets are committed.</param>
/// <param name="StopTimeout">How long handlers may go on when their partition goes.</param>
/// <param name="AbandonTimeout">How long a cancelled handler is waited for after that.</param>
/// <param name="Poll">How long one receive waits at most.</param>
internal readonly record struct ConsumerTimes(TimeSpan CommitInterval, TimeSpan StopTimeout, TimeSpan AbandonTimeout, TimeSpan Poll)
{
    private static readonly TimeSpan Abandon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(100);

    public static ConsumerTimes Of(ConsumerOptions options) => new(
        options.CommitInterval,
        options.StopTimeout,
        Abandon,
        options.CommitInterval < LongestPoll ? options.CommitInterval : LongestPoll);
}
