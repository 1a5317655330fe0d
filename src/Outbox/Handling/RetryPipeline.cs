using Polly;
using Polly.Retry;

namespace Outbox.Handling;

/// <summary>The immediate retries of a handler.</summary>
internal static class RetryPipeline
{
    /// <summary>The user's own pipeline, or the default: a few attempts with exponential waits and jitter.</summary>
    public static ResiliencePipeline Build(ConsumerOptions options, Action<ResiliencePipelineBuilder>? own, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (own is not null)
        {
            own(builder);
        }
        else if (options.MaxAttempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = arguments => new ValueTask<bool>(
                    arguments.Outcome.Exception is not null and not MessageFormatException
                    && !arguments.Context.CancellationToken.IsCancellationRequested),
            });
        }

        return builder.Build();
    }
}
