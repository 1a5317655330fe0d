namespace Outbox.Handling;

/// <summary>When a circuit opens, and for how long.</summary>
/// <param name="Failures">So many messages in a row have failed; 0 for never.</param>
/// <param name="Breaks">The breaks: each failed probe makes the next one longer.</param>
internal readonly record struct CircuitLimits(int Failures, ExponentialBackoff Breaks)
{
    public static CircuitLimits Of(ConsumerOptions options) =>
        new(options.CircuitFailures, new ExponentialBackoff(options.CircuitBreak, options.MaxCircuitBreak));
}
