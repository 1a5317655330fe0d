using Outbox.Handling;

namespace Outbox.Deferral;

/// <summary>How often, how long and when a failed message is tried again. Pure but for the jitter.</summary>
internal sealed class DeferralPolicy(ConsumerOptions options, Func<double>? random = null)
{
    private const double Jitter = 0.2;

    private readonly ExponentialBackoff _delays = new(options.DeferredDelay, options.MaxDeferredDelay);
    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;

    /// <summary>Whether messages of a key go one after the other.</summary>
    public bool InOrder { get; } = !options.LaterMessagesPass;

    /// <summary>Whether another retry is allowed.</summary>
    /// <param name="error">Why the last attempt failed.</param>
    /// <param name="retries">How many retries the message has had.</param>
    /// <param name="age">How long ago it was first taken up.</param>
    public bool MayWait(Exception error, int retries, TimeSpan age) =>
        error is not MessageFormatException && retries < options.DeferredAttempts && age < options.MaxDeferredAge;

    /// <summary>The wait before the next retry: doubled with each one, and up to a fifth shorter or longer, so that what failed together does not come back together.</summary>
    public TimeSpan DelayAfter(int retries)
    {
        var delay = _delays.After(retries + 1) * (1 - Jitter + (2 * Jitter * _random()));
        return delay < options.MaxDeferredDelay ? delay : options.MaxDeferredDelay;
    }
}
